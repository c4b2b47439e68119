"""`assetgen why`."""

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import Survey, look
from assetgen.plan.states import AssetPlan, State
from assetgen.report import differences, document, words
from assetgen.report.text import Painted


@options.command("why", "assetgen why hero")
@options.one_name
@options.as_json
@pass_session
def command(session: Session, name: str, *, as_json: bool) -> None:
    """Show what made an asset stale: each field, old and new, with its line of the manifest, and what a build would cost."""
    with look(session.path) as seen:
        found = options.chosen([name], seen.workspace.manifest.assets)
        if as_json:
            session.terminal.product(document.text(_document(seen, found)))
            return
        for each in found:
            _show(session, seen.plan.assets[each])


def _show(session: Session, planned: AssetPlan) -> None:
    terminal = session.terminal
    place = f" ({differences.shown(planned.asset.place)})"
    terminal.say(Painted(planned.name, "strong"), ": ", words.state(planned), Painted(place, "dim"))
    for line in differences.changed(planned, colour=terminal.coloured):
        terminal.say(*line)
    for note in planned.notes:
        terminal.say("  ", Painted("note:", "accent"), f" {note}")
    if planned.state is State.FRESH:
        return
    if planned.buys:
        source = f" ({planned.price.source})" if planned.price is not None and planned.price.source else ""
        terminal.say(f"  cost: {words.price(planned.price)}", Painted(source, "dim"))
    elif planned.state in (State.FINISH, State.RESTORE):
        terminal.say("  cost: free, no provider is asked")


def _document(seen: Survey, names: list[str]) -> document.Document:
    """The plan's document, with the place of each changed field and the request as it would be asked."""
    made = document.of_plan("why", seen.plan, names)
    for entry in made["assets"]:
        planned = seen.plan.assets[entry["name"]]
        if planned.request is not None:
            entry["request"] = dict(planned.request)
        for reason, told in zip(planned.reasons, entry["reasons"], strict=True):
            for change, shown in zip(reason.changes, told.get("changes", ()), strict=True):
                place = differences.place(planned.asset, change.field, reason)
                if place is not None:
                    shown["place"] = {"file": place.file, "line": place.line, "column": place.column}
    return made
