"""The models, ControlNets and LoRAs of this machine, and the task that a request becomes with them. Reads descriptions, loads nothing."""

import secrets
from pathlib import Path

from assetgen.errors import Impossible
from assetgen.model import Lora
from assetgen.providers import Guide, Request, Settings
from assetgen.providers.diffusers import places, rules, weights
from assetgen.providers.diffusers.extras import Extras
from assetgen.providers.diffusers.families import DISTILLED, KNOWN, Family, kind_of
from assetgen.providers.diffusers.options import TABLE, Options
from assetgen.providers.diffusers.places import Places, Spot
from assetgen.providers.diffusers.task import Control, Layer, Task
from assetgen.providers.diffusers.weights import Weights


class Library:
    """What is at hand, as far as the user's configuration and the project say. Every method raises Impossible for what is not."""

    def __init__(self, settings: Settings, own: Options) -> None:
        self._own = own
        self._places = Places.of(settings, download=own.download)
        self._read: dict[tuple[Path, int], Weights] = {}

    @property
    def cache(self) -> str:
        """The folder of the hub's cache."""
        return str(self._places.cache)

    def check(self, request: Request) -> None:
        """Refuse what cannot be drawn here."""
        rules.check_any(request)
        family = self.family(request)
        if family is not None:
            spot = self.spot(request)
            found, hub = self.weights(spot), places.hub(spot, request.id)
            distilled = found.distilled if found is not None else (hub or "").lower() in DISTILLED
            rules.check(request, family, hub, distilled=distilled)
            self._controls(request, family)
        self._loras(request)

    def spot(self, request: Request) -> Spot:
        """Where the model of a request lies."""
        return self._places.find(request.id or request.model, request.model, self._own.models)

    def weights(self, spot: Spot) -> Weights | None:
        """The description of a model; None for one that is still to be downloaded."""
        if spot.path is None:
            return None
        index = spot.path / "model_index.json"
        key = (spot.path, index.stat().st_mtime_ns if index.is_file() else 0)
        if key not in self._read:
            self._read[key] = weights.read(spot.path, spot.label)
        return self._read[key]

    def family(self, request: Request) -> Family | None:
        """What a model is, by its folder or else by its name; None where neither tells."""
        spot = self.spot(request)
        found = self.weights(spot)
        return found.family if found is not None else KNOWN.get((spot.hub or "").lower())

    def task(self, request: Request) -> Task:
        """What the process that draws is told."""
        spot, own, family = self.spot(request), self._own, self.family(request)
        return Task(
            label=spot.label,
            folder=None if spot.path is None else str(spot.path.resolve()),
            hub=places.hub(spot, request.id),
            revision=spot.revision,
            cache=self.cache,
            kind=kind_of(image=bool(request.references), mask=request.mask is not None, control=bool(request.guides)),
            prompt=request.prompt,
            negative=request.negative,
            size=request.size,
            seed=secrets.randbelow(2**32) if request.seed is None else request.seed,
            params=request.params,
            loras=self._loras(request),
            controls=self._controls(request, family) if family is not None else (),
            references=tuple(blob.data for blob in request.references),
            mask=None if request.mask is None else request.mask.data,
            device=own.device,
            memory=own.memory,
            placement=own.placement,
            precision=own.precision,
        )

    def extras(self, request: Request, family: Family) -> Extras:
        """What is loaded beside the model; of a LoRA in the project that is not read yet, nothing is known."""
        return Extras.of(family, self._controls(request, family), self._loras(request))

    def _controls(self, request: Request, family: Family) -> tuple[Control, ...]:
        return tuple(
            Control(kind=guide.kind, folder=str(self._control(guide, family)), scale=guide.scale, data=guide.image.data)
            for guide in request.guides
        )

    def _control(self, guide: Guide, family: Family) -> Path:
        """The folder of the ControlNet that reads a guide: the one it names, or the usual one of its kind."""
        keys = (f"{family.name}-{guide.kind}", guide.kind)
        usual = next((key for key in keys if key in self._own.controls), None)
        name = guide.model or usual
        if name is None:
            hint = f'controls = {{ "{keys[0]}" = "/path/to/it" }} in [{TABLE}] of the user\'s configuration'
            raise Impossible(f'no ControlNet is named for a control of the kind "{guide.kind}"', hint=hint)
        spot = self._places.find(name, name, self._own.controls, what="ControlNet")
        weights.control(_here(spot, "ControlNet"), family, spot.label)
        return _here(spot, "ControlNet").resolve()

    def _loras(self, request: Request) -> tuple[Layer, ...]:
        return tuple(self._layer(lora, request) for lora in request.loras)

    def _layer(self, lora: Lora, request: Request) -> Layer:
        """A LoRA: a file of the project comes with the request, all others lie on this machine."""
        if lora.file is not None:
            return Layer(name=lora.file, scale=lora.scale, data=request.files.get(lora.file, b""))
        spot = self._places.find(lora.id, lora.id, self._own.loras, what="LoRA")
        return Layer(name=spot.label, scale=lora.scale, path=str(places.single(_here(spot, "LoRA"), spot.label).resolve()))


def _here(spot: Spot, what: str) -> Path:
    """The path of what is never downloaded by itself."""
    if spot.path is None:
        raise Impossible(f'the {what} "{spot.label}" is not in the hub\'s cache', hint=f"hf download {spot.hub}")
    return spot.path
