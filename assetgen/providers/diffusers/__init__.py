"""Local models by diffusers and torch: a process of its own for each, placed by the memory there is. Nothing leaves this machine.

This module and what it imports load no library of theirs; that is left to the process that draws (`child`).
"""

from collections.abc import Mapping
from dataclasses import replace

from assetgen.errors import BadAnswer, Impossible, MissingExtra, ProviderFailure, Refused, Unavailable
from assetgen.model import Json
from assetgen.providers import Http, Job, Picture, Request, Settings, Traits
from assetgen.providers.diffusers import device, options, places, remarks, rules
from assetgen.providers.diffusers.library import Library
from assetgen.providers.diffusers.placement import USUAL_SIZE, Mode
from assetgen.providers.diffusers.task import Task, packed
from assetgen.providers.diffusers.worker import STOPPED, Killed, Worker, Workers, environment

WHO = "diffusers"
_FAILURES: Mapping[str, type[ProviderFailure]] = {one.kind: one for one in (Refused, BadAnswer)}


class Diffusers:
    """See `assetgen.providers.Provider`. Its requests cost nothing, and one that is lost is drawn again."""

    name = WHO
    traits = Traits(paid=False, loads=True, concurrency=1)

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._options = options.options(settings.provider(WHO))
        self._library = Library(settings, self._options)
        self._workers = Workers(self._options.workers)
        self._seen: device.Machine | None = None
        # In which mode a model is begun with, after memory has run out above it: by model, the pixels and the mode.
        self._floors: dict[str, tuple[int, Mode]] = {}

    @property
    def pids(self) -> Mapping[str, int]:
        """The process ids of the workers that run, by the folder of their model."""
        return self._workers.pids

    def check(self, request: Request) -> None:
        """See the contract; reads the descriptions in a model's folder, and no weights."""
        self._library.check(request)

    def max_count(self, model: str) -> int:  # noqa: ARG002 - whatever the model: of a batch no picture is quite that of its own seed
        """How many pictures one request may ask for."""
        return 1

    def remarks(self, request: Request) -> tuple[str, ...]:
        """See `assetgen.providers.Remarks`."""
        try:
            spot = self._library.spot(request)
            found = self._library.weights(spot)
            extras = self._library.extras(request, found.family) if found is not None else None
        except Impossible:
            return ()
        self._seen = self._seen or device.seen()
        place = self._seen.device(self._options.device)
        told = tuple(remarks.remarks(request, spot, found, place))
        if found is None:
            return told
        return (*told, *remarks.slower(found, request.size or USUAL_SIZE, place, self._seen, self._options, extras))

    def ignored(self, request: Request) -> tuple[str, ...]:
        """See `assetgen.providers.Ignores`."""
        family, spot = self._library.family(request), self._library.spot(request)
        if not request.negative or family is None or rules.honours_negative(request, family, places.hub(spot, request.id)):
            return ()
        return ("negative",)

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """See the contract."""
        try:
            self.check(request)
            task = self._library.task(request)
        except Impossible as wrong:
            raise Refused(wrong.message, hint=wrong.hint) from wrong
        if {*device.NEEDED, *(("peft",) if task.loras else ())} - device.installed():
            raise MissingExtra(f'the provider "{WHO}"', "local")
        key = task.folder or f"{task.hub}@{task.revision}"
        worker = self._workers.take(key, lambda: self._worker(task.label))
        try:
            return [self._drawn(worker, key, task, request, job)]
        finally:
            self._workers.give(key)

    def close(self) -> None:
        """End the workers."""
        self._workers.close()

    def _worker(self, label: str) -> Worker:
        cache, online = self._library.cache, self._options.download
        return Worker(label, environment(self._settings.redact, cache=cache, online=online))

    def _drawn(self, worker: Worker, key: str, task: Task, request: Request, job: Job) -> Picture:
        """The picture; each time that memory runs out, one mode lower, in a new process: the old one may hold what nobody can free."""
        pixels = task.size.width * task.size.height if task.size else 0
        least, floor = self._floors.get(key, (0, None))
        task = replace(task, below=floor if pixels >= least else None)
        lowered: dict[str, Json] = {}
        killed: Killed | None = None
        while True:
            try:
                head, blobs = worker.ask(*packed(task), progress=job.progress, cancelled=job.cancelled)
            except Killed as end:
                if killed is not None:
                    raise
                killed, task = end, replace(task, fallen=True)
                job.progress(None, f"{end.message}: once more, one mode lower")
                continue
            match head["told"]:
                case "done":
                    effective = head["effective"]
                    if task.fallen:
                        self._floors[key] = (pixels, effective["mode"])
                    return self._picture(request, task, {**effective, **lowered}, blobs[0])
                case "stopped":
                    raise Unavailable(STOPPED)
                case "exhausted":
                    worker.end()
                    mode, below = head["mode"], head["below"]
                    if below is None and killed is not None:
                        raise killed
                    if below is None:
                        text = f'out of memory in the mode "{mode}", below which there is none'
                        raise BadAnswer(text, hint="a smaller size, or assetgen doctor")
                    job.progress(None, f'out of memory in the mode "{mode}": once more in the mode "{below}"')
                    lowered.setdefault("lowered_from", mode)
                    self._floors[key] = (pixels, below)
                    task = replace(task, below=below, fallen=False)
                case _:
                    raise _FAILURES[head["kind"]](self._settings.redact(head["message"]), hint=head["hint"])

    def _picture(self, request: Request, task: Task, told: Mapping[str, Json], data: bytes) -> Picture:
        spot = self._library.spot(request)
        return Picture(
            data=data,
            seed=task.seed,
            model=f"{spot.hub}@{spot.commit}" if spot.commit else spot.label,
            effective=told,
            unhonoured=self.ignored(request),
        )


def create(settings: Settings, http: Http) -> Diffusers:  # noqa: ARG001 - the factory's form; nothing is fetched by us
    """The factory behind the entry point."""
    return Diffusers(settings)
