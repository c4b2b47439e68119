"""`assetgen why`."""

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import Survey, look
from assetgen.report import differences, document
from assetgen.report.why import explained


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
            for line in explained(seen.plan.assets[each], colour=session.terminal.coloured):
                session.terminal.say(*line)


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
