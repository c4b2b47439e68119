"""`assetgen check`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import click

from assetgen.cli import formats, fresh, notices, options, projects, summaries
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import Survey, look, survey_workspace
from assetgen.plan.facts import Choices
from assetgen.plan.graph import upstream
from assetgen.plan.states import AssetPlan, Reason, State
from assetgen.report import document, listing
from assetgen.report.annotations import Level, of_plans

_LEVELS: Mapping[State, Level] = dict.fromkeys(State, "error")
_PERSON = frozenset({"by-hand", "inbox-ambiguous", "pick"})


@options.command("check", "assetgen check --allow-waits")
@options.names
@click.option("--allow-waits", is_flag=True, help="Tolerate assets that wait for a person.")
@click.option("--release", is_flag=True, help="Refuse placeholders.")
@fresh.no_cache
@formats.output
@formats.summary_file
@pass_session
@projects.tracked
def command(session: Session, names: tuple[str, ...], *, allow_waits: bool, release: bool) -> int:
    """Exit 1 for anything that is not fresh. Needs no key and no network, and changes nothing."""
    with look(session.path) as first:
        seen = _without_outputs(first)
        found = options.chosen(names, seen.workspace.manifest.assets)
        plans = [_released(seen.plan.assets[name]) if release else seen.plan.assets[name] for name in found]
        bad = _bad(seen, plans, allow_waits=allow_waits)
        summaries.plans(session, "check", plans)
        formats.gather(session, of_plans(bad, _LEVELS), notices.annotations(seen.workspace.catalog, plans))
        if session.output == "json":
            made = document.of_plan("check", replace(seen.plan, assets={**seen.plan.assets, **{p.name: p for p in plans}}), found)
            made["summary"]["ok"] = not bad
            notices.add(made, seen.workspace.catalog, plans)
            session.terminal.product(document.text(made))
        elif session.speaks:
            _show(session, seen, plans, bad)
        fresh.looked(session, first, seen)
        return 1 if bad else 0


def _without_outputs(seen: Survey) -> Survey:
    """Where outputs are not committed, only manifest and lock are compared."""
    if seen.workspace.manifest.commit_outputs:
        return seen
    return survey_workspace(seen.workspace, Choices(outputs=False, max_cost=seen.planner.choices.max_cost))


def _released(planned: AssetPlan) -> AssetPlan:
    """A placeholder is no picture for a release."""
    original = planned.block.original if planned.block is not None else None
    if original is None or not original.placeholder:
        return planned
    other = f'give [assets.{planned.asset.base}] another model than "{planned.asset.model}"'
    hint = other if planned.asset.model == original.model else f"assetgen build {planned.name}"
    reason = Reason(code="placeholder", text=f'is a placeholder, drawn by "{original.provider}"', hint=hint)
    return replace(planned, state=State.BLOCKED, reasons=(*planned.reasons, reason))


def _bad(seen: Survey, plans: Sequence[AssetPlan], *, allow_waits: bool) -> list[AssetPlan]:
    stale = listing.unlike(plans, State.FRESH)
    return [planned for planned in stale if not (allow_waits and _waits(seen, planned))]


def _waits(seen: Survey, planned: AssetPlan) -> bool:
    """Whether only a person keeps it from being fresh, here or upstream."""
    if planned.state is not State.WAITS:
        return False
    if any(reason.code in _PERSON for reason in planned.reasons):
        return True
    above = [seen.plan.assets[name] for name in upstream(planned.asset)]
    stale = listing.unlike(above, State.FRESH)
    return bool(stale) and all(_waits(seen, each) for each in stale)


def _show(session: Session, seen: Survey, plans: Sequence[AssetPlan], bad: Sequence[AssetPlan]) -> None:
    terminal = session.terminal
    listing.full(terminal, bad, {}, seen.workspace.manifest.inbox)
    tolerated = len(listing.unlike(plans, State.FRESH)) - len(bad)
    fresh.checked(terminal, seen, plans, f" ({tolerated} tolerated)" if tolerated else "")
