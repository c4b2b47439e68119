"""Looks at the machine, the project and what the project needs, and tells what is in the way. Changes nothing.

No question leaves this machine unless `online` is set; a free server on loopback is asked all the same.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from assetgen.engine.doctor import machine, needs, repository
from assetgen.engine.doctor.local import Local
from assetgen.engine.doctor.local import troubles as missing
from assetgen.engine.doctor.services import Service, asked, near, services
from assetgen.engine.doctor.software import software
from assetgen.engine.survey import Survey, look
from assetgen.engine.workspace import locate
from assetgen.errors import AssetgenError, FaultyFile, UsageError, of_system
from assetgen.net import Http
from assetgen.plugins import Providers
from assetgen.providers.diffusers import device
from assetgen.report.examination import Examination, StoreEntry, Trouble, error
from assetgen.settings import PROXY, Settings
from assetgen.store import location


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """What could be opened: nothing of a project outside of one, and no survey where the manifest is faulty."""

    root: Path | None
    settings: Settings
    survey: Survey | None
    troubles: tuple[Trouble, ...]


def examine(start: Path, environ: Mapping[str, str], *, online: bool = False) -> Examination:
    """Everything that `assetgen doctor` tells of the project at `start` or above it, or of the machine alone."""
    with ExitStack() as stack:
        opened = _opened(stack, start, environ)
        survey, settings = opened.survey, opened.settings
        installed = software()
        users = needs.users(survey) if survey else {}
        found = services(_providers(stack, opened), settings, installed["extras"], users)
        wanted = [one for one in found.values() if near(one) or (online and (one.name in users or any(one.keys.values())))]
        found |= _answers(wanted, settings)
        seen = device.seen()
        torch = machine.torch() if "torch" in seen.packages else None
        local = Local.of(settings, machine.usable(seen, torch))
        hardware = machine.machine(seen, torch, local.device)
        choices = local.choices(survey) if survey else []
        store = _store(opened.root)
        troubles = [*opened.troubles, *local.troubles, *machine.troubles(hardware, local=bool(choices))]
        if opened.root is not None and store is not None:
            troubles += repository.troubles(opened.root, installed, store)
        if survey is not None:
            troubles += needs.troubles(survey, found, installed["extras"])
            troubles += missing(choices, survey.plan)
        return {
            "problems": sorted(troubles, key=lambda trouble: trouble["severity"] != "error"),
            "project": str(opened.root) if opened.root else None,
            "software": installed,
            "machine": hardware,
            "store": store,
            "providers": [one.entry(users.get(name, [])) for name, one in found.items()],
            "models": local.models(survey.workspace if survey else None),
            "choices": choices,
        }


def _opened(stack: ExitStack, start: Path, environ: Mapping[str, str]) -> _Opened:
    """Open what can be opened, and tell of the rest."""
    try:
        root: Path | None = locate(start)
    except UsageError:
        root = None
    try:
        settings = Settings.load(root or start.resolve(), environ)
    except FaultyFile as faulty:
        return _Opened(root=root, settings=Settings((environ,)), survey=None, troubles=(_of_file(faulty),))
    survey: Survey | None = None
    troubles: tuple[Trouble, ...] = ()
    if root is not None:
        try:
            survey = stack.enter_context(look(root, environ=environ))
        except FaultyFile as faulty:
            troubles = (_of_file(faulty),)
        except AssetgenError as failure:
            troubles = (error(failure.message, failure.hint),)
        except OSError as failure:
            troubles = (error(of_system(failure), "assetgen status"),)
    return _Opened(root=root, settings=settings, survey=survey, troubles=troubles)


def _providers(stack: ExitStack, opened: _Opened) -> Providers:
    """Those of the project, or others that are closed at the end."""
    if opened.survey is not None:
        return opened.survey.workspace.providers
    http = Http(proxy=opened.settings.get(PROXY))
    stack.callback(http.close)
    found = Providers(opened.settings, http)
    stack.callback(found.close)
    return found


def _answers(found: list[Service], settings: Settings) -> dict[str, Service]:
    """These providers, asked at the same time: one that does not answer takes ten seconds."""
    with ThreadPoolExecutor(max_workers=max(1, len(found))) as pool:
        return {one.name: one for one in pool.map(lambda service: asked(service, settings), found)}


def _store(root: Path | None) -> StoreEntry | None:
    """The store of the project, if there is one; None where git cannot say where it is, which is told with the rest."""
    try:
        return machine.store(location.home(root)) if root is not None else None
    except AssetgenError:
        return None


def _of_file(faulty: FaultyFile) -> Trouble:
    """The first fault of a file, with its place, and how many more there are."""
    first, more = faulty.faults[0], len(faulty.faults) - 1
    place = f"{first.place.file}:{first.place.line}: " if first.place is not None else ""
    subject = f"{first.subject}: " if first.subject else ""
    return error(f"{place}{subject}{first.message}{f' (and {more} more)' if more else ''}", first.hint or "assetgen status")
