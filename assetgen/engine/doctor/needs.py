"""What the project's assets need of providers and models: what a build would fail for now is an error, anything else a warning."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from assetgen.engine.doctor.services import Fault, Service
from assetgen.engine.offers import offer
from assetgen.engine.survey import Survey
from assetgen.model import Asset
from assetgen.plan.states import AssetPlan
from assetgen.providers.stability import engine
from assetgen.report import words
from assetgen.report.examination import ExtraEntry, Trouble, error, warning

_SHOWN = 3


def users(survey: Survey) -> dict[str, list[str]]:
    """The names of the assets that each provider is asked for, fresh ones as well; the provider that comes first, or all of `via`."""
    found: dict[str, list[str]] = {}
    for asset in _generated(survey):
        for name in _asked(survey, asset):
            found.setdefault(name, []).append(asset.name)
    return found


def troubles(
    survey: Survey, services: Mapping[str, Service], extras: Iterable[ExtraEntry], python: tuple[int, int] = sys.version_info[:2]
) -> Iterator[Trouble]:
    """What is in the way of a build, and what will be; `python` is the version that runs."""
    wanted = [planned for planned in survey.plan.assets.values() if planned.buys]
    yield from _blocked(survey.plan.assets.values())
    yield from _faulty(wanted, services)
    yield from _engine(wanted, extras, python)
    yield from _ending(survey, services, datetime.now(UTC).date())


def _generated(survey: Survey) -> list[Asset]:
    return [asset for asset in survey.workspace.manifest.assets.values() if asset.generated]


def _asked(survey: Survey, asset: Asset) -> tuple[str, ...]:
    if asset.provider is not None:
        return (asset.provider,)
    return asset.via or offer(survey.workspace, asset).providers[:1]


def _blocked(plans: Iterable[AssetPlan]) -> Iterator[Trouble]:
    """Assets that no provider can serve as they are: their model is not here, or does not take what is asked."""
    told: dict[tuple[str, str], list[str]] = {}
    for planned in plans:
        for reason in planned.reasons:
            if reason.code == "impossible":
                told.setdefault((reason.text, reason.hint), []).append(planned.name)
    for (text, hint), names in told.items():
        yield error(f"{_listed(names)}: {text}", hint or f"assetgen why {names[0]}")


def _faulty(wanted: Iterable[AssetPlan], services: Mapping[str, Service]) -> Iterator[Trouble]:
    """Faults of providers that a build would ask; one that has a substitute in `via` is in nobody's way."""
    told: dict[tuple[str, Fault], list[str]] = {}
    for planned in wanted:
        names = planned.offer.providers if planned.offer is not None else ()
        bad = [services[name] for name in names if name in services and services[name].faults]
        severity = "error" if len(bad) == len(names) else "warning"
        for service in bad:
            for fault in service.faults:
                told.setdefault((severity, fault), []).append(planned.name)
    for (severity, fault), assets in told.items():
        text = f"{fault.text}; {_needed(assets)}"
        yield error(text, fault.hint) if severity == "error" else warning(f"{text}, or another provider of its via", fault.hint)


def _engine(wanted: Iterable[AssetPlan], extras: Iterable[ExtraEntry], python: tuple[int, int]) -> Iterator[Trouble]:
    """The older API of stability, whose SDK not every Python has."""
    extra = next((one for one in extras if one["name"] == "stability"), None)
    names = [planned.name for planned in wanted if planned.asset.params.get("api") == "grpc"]
    if extra is not None and not extra["installed"] and names:
        told = engine.missing(python)
        yield error(f"{told.message}; {_needed(names)}", told.hint)


def _ending(survey: Survey, services: Mapping[str, Service], today: date) -> Iterator[Trouble]:
    """Models that are gone or will be, by the catalog, and by what providers themselves announce."""
    catalog = survey.workspace.catalog
    seen: set[str] = set()
    for asset in _generated(survey):
        known = catalog.find(asset.model)
        notice = catalog.lifecycle(known, today) if known is not None else None
        if notice is not None and notice.kind != "superseded" and notice.message not in seen:
            seen.add(notice.message)
            yield warning(notice.message, notice.hint or f"assetgen models {asset.model}")
        for name in _asked(survey, asset):
            ends = services[name].ends if name in services else None
            id_ = known.services[name].id if known is not None and name in known.services else asset.model
            day = (ends or {}).get(id_)
            text = f'{name} will shut down "{id_}" on {day}'
            if day is not None and text not in seen:
                seen.add(text)
                yield warning(text, f"assetgen models {asset.model}")


def _needed(names: list[str]) -> str:
    return f"{_listed(names)} {'needs' if len(names) == 1 else 'need'} it"


def _listed(names: list[str]) -> str:
    """Some names, and how many more."""
    shown = words.quoted(names[:_SHOWN]) if len(names) <= _SHOWN else ", ".join(f'"{name}"' for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
