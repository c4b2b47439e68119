"""Local models: which are on this machine and may be loaded, and how each asset that needs one would be drawn. Loads nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assetgen.catalog import check_params, fitting
from assetgen.engine.addressing import addressed
from assetgen.engine.doctor.shelf import entry
from assetgen.engine.probing import probe, small_files
from assetgen.engine.survey import Survey
from assetgen.engine.workspace import Workspace
from assetgen.errors import AssetgenError, Impossible
from assetgen.model import Asset, Size
from assetgen.plan.states import Plan
from assetgen.providers import Request, Settings
from assetgen.providers.diffusers import placement
from assetgen.providers.diffusers.device import Device, Machine
from assetgen.providers.diffusers.extras import Extras
from assetgen.providers.diffusers.library import Library
from assetgen.providers.diffusers.options import TABLE, Options, options
from assetgen.providers.diffusers.places import Places
from assetgen.providers.diffusers.remarks import remarks
from assetgen.providers.diffusers.weights import Weights
from assetgen.report.doctor import size as size_of
from assetgen.report.examination import ChoiceEntry, Trouble, WeightsEntry, error, warning

PROVIDER = "diffusers"
_USUAL = Size(1024, 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """What local models are drawn with: the user's options, the device that these choose, and where models are looked for."""

    options: Options
    places: Places
    library: Library
    machine: Machine
    device: Device
    troubles: tuple[Trouble, ...] = ()

    @classmethod
    def of(cls, settings: Settings, machine: Machine) -> "Local":
        """As the settings say; an option that is wrong is told, and the usual ones are taken."""
        troubles: tuple[Trouble, ...] = ()
        try:
            given = options(settings.provider(PROVIDER))
        except AssetgenError as wrong:
            given, troubles = Options(), (error(wrong.message, wrong.hint),)
        kind = (given.device or "cpu").partition(":")[0]
        if kind not in {one.kind for one in machine.devices}:
            text = f'{TABLE} names the device "{given.device}", which torch does not find here'
            troubles = (*troubles, error(text, f'device = "{machine.devices[0].kind}" in [{TABLE}] of the user\'s configuration'))
        places = Places.of(settings, download=given.download)
        device, library = machine.device(given.device), Library(settings, given)
        return cls(options=given, places=places, library=library, machine=machine, device=device, troubles=troubles)

    @property
    def memory(self) -> int | None:
        """What a GPU of its own memory has for a model, in bytes; None where there is none."""
        if self.device.kind in {"cpu", "mps"}:
            return None
        return min(self.device.free, self.options.memory or self.device.free)

    def models(self, workspace: Workspace | None) -> list[WeightsEntry]:
        """Every model, ControlNet and LoRA in the hub's cache, in the user's configuration, and those of the project that assets name."""
        own = {**self.options.models, **self.options.controls, **self.options.loras}
        found = [entry(name, "user configuration", Path(path).expanduser()) for name, path in own.items()]
        if workspace is not None:
            names = dict.fromkeys(_id(workspace, asset) for asset in _drawn(workspace))
            inside = ((name, workspace.root / name) for name in names if name not in own)
            found += [entry(name, "project", path) for name, path in inside if path.is_dir()]
        return [*found, *self._cached()]

    def choices(self, survey: Survey) -> list[ChoiceEntry]:
        """How each asset would be drawn that asks for a local model, the fresh ones as well."""
        workspace = survey.workspace
        return [self.choice(workspace, asset) for asset in _drawn(workspace)]

    def choice(self, workspace: Workspace, asset: Asset) -> ChoiceEntry:
        """How one asset would be drawn, or why it cannot be."""
        made: ChoiceEntry = {
            "asset": asset.name,
            "model": asset.model,
            "device": None,
            "mode": None,
            "precision": None,
            "needs": None,
            "notes": [],
            "problem": None,
        }
        try:
            request = _request(workspace, asset)
            self.library.check(request)
            spot = self.library.spot(request)
            weights = self.library.weights(spot)
            extras = self.library.extras(request, weights.family) if weights is not None else Extras()
        except Impossible as why:
            made["problem"], made["hint"] = why.message, why.hint
            return made
        notes = list(remarks(request, spot, weights, self.device))
        if weights is None:
            return made | {"notes": notes}
        rung, precision = self.rung(weights, request.size or _USUAL, extras)
        needs = rung.ram if self.memory is None else rung.needs
        return made | {
            "device": self.device.kind,
            "mode": rung.mode,
            "precision": precision,
            "needs": needs,
            "notes": [*notes, *self._short(rung)],
        }

    def rung(self, weights: Weights, size: Size, extras: Extras) -> tuple[placement.Rung, placement.Precision]:
        """The mode that is tried first, and the precision of the weights; as the process that draws finds them."""
        kind = self.device.kind
        precision = self.options.precision or placement.precision(device=kind, half=weights.family.half, bfloat16=self.device.bfloat16)
        wanted = extras.beside(weights, precision, size)
        packages = self.machine.packages - (set() if kind == "cuda" else {"bitsandbytes"})
        rungs = placement.ladder(wanted, memory=self.memory, ram=self.machine.ram, packages=packages, first=self.options.placement)
        return rungs[0], precision

    def _short(self, rung: placement.Rung) -> Iterator[str]:
        """Where the numbers say that memory will run out."""
        free = self.machine.ram if self.memory is not None else min(self.machine.ram, self.options.memory or self.machine.ram)
        if rung.ram > free:
            yield f"{size_of(rung.ram)} of memory are needed, and there are {size_of(free)}: it may run out"
        if self.memory is not None and rung.needs > self.memory:
            yield f"{size_of(rung.needs)} of the GPU's memory are needed, and there are {size_of(self.memory)}: it may run out"

    def _cached(self) -> Iterator[WeightsEntry]:
        """The snapshots in the hub's cache that hold something to draw with."""
        for folder in sorted(self.places.cache.glob("models--*")):
            name = folder.name.removeprefix("models--").replace("--", "/", 1)
            for snapshot in sorted((folder / "snapshots").glob("*")):
                found = entry(name, "hub cache", snapshot, revision=snapshot.name)
                if found["kind"] is not None or found["problem"] is not None:
                    yield found


def troubles(choices: Iterable[ChoiceEntry], plan: Plan) -> Iterator[Trouble]:
    """Models that are missing and that nothing asks for now: their assets are fresh, or another provider of `via` is there."""
    for one in choices:
        blocked = any(reason.code == "impossible" for reason in plan.assets[one["asset"]].reasons)
        if one["problem"] is not None and not blocked:
            yield warning(f'"{one["asset"]}" cannot be drawn here again: {one["problem"]}', one.get("hint", ""))


def _drawn(workspace: Workspace) -> list[Asset]:
    """The assets that ask for a local model: by provider, by `via`, or since it is the usual one of their model."""
    found = []
    for asset in workspace.manifest.assets.values():
        known = workspace.catalog.find(asset.model)
        usual = workspace.catalog.providers_of(known)[:1] if known is not None else ()
        names = (asset.provider,) if asset.provider else asset.via or usual
        if asset.generated and PROVIDER in names:
            found.append(asset)
    return found


def _request(workspace: Workspace, asset: Asset) -> Request:
    """What the provider would be asked. Raises Impossible for what the catalog says against it, as a plan does."""
    known = workspace.catalog.find(asset.model)
    if known is not None:
        for refusal in fitting.refused(known.supports_at(PROVIDER), fitting.wanted(asset)):
            raise Impossible(f'"{asset.model}" {refusal}', hint="assetgen lint")
        for problem in check_params(known, asset.params, PROVIDER):
            if problem.severity == "error":
                raise Impossible(problem.message, hint=problem.hint)
    return addressed(workspace.catalog, probe(asset, small_files(workspace, asset)), PROVIDER, asset.size)


def _id(workspace: Workspace, asset: Asset) -> str:
    """The name under which the provider finds the model of an asset."""
    known = workspace.catalog.find(asset.model)
    service = known.services.get(PROVIDER) if known is not None else None
    return service.id if service is not None else asset.model
