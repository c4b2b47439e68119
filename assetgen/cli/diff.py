"""`assetgen diff`."""

from collections.abc import Iterator

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import Survey, look
from assetgen.errors import UsageError
from assetgen.lockfile import Original
from assetgen.model import Json
from assetgen.plan.states import AssetPlan
from assetgen.report import document, prompts
from assetgen.report.text import Painted


@options.command("diff", "assetgen diff hero")
@options.one_name
@options.as_json
@pass_session
def command(session: Session, name: str, *, as_json: bool) -> None:
    """Compare the prompt that was asked with the one the provider used, and parameters asked with those used."""
    with look(session.path) as seen:
        found = options.chosen([name], seen.workspace.manifest.assets)
        if as_json:
            session.terminal.product(document.text(_document(seen, found)))
            return
        for each in found:
            _show(session, seen.plan.assets[each])


def _show(session: Session, planned: AssetPlan) -> None:
    originals = list(_originals(planned))
    if not originals:
        text = f'"{planned.name}" has no picture yet' if planned.asset.file is None else f'"{planned.name}" is made from a file'
        raise UsageError(text, hint=f"assetgen why {planned.name}")
    terminal = session.terminal
    for original, request, chosen in originals:
        mark = "chosen" if chosen else "not chosen"
        terminal.say(Painted(planned.name, "strong"), f": {original.sha256[:12]} from {original.provider}, {mark}")
        for line in prompts.lines(request, original, colour=terminal.coloured):
            terminal.say(*line)


def _originals(planned: AssetPlan) -> Iterator[tuple[Original, dict[str, Json], bool]]:
    """Every picture that is known of an asset, with the request it answers: the chosen one, candidates, and what waits to be accepted."""
    block = planned.block
    seen: set[str] = set()
    if block is not None and planned.asset.file is None:
        for original in (*((block.original,) if block.original else ()), *block.candidates):
            if original.sha256 not in seen:
                yield original, block.request, original == block.original
            seen.add(original.sha256)
    for original in planned.picks:
        if original.sha256 not in seen:
            yield original, dict(planned.request or {}), False


def _document(seen: Survey, names: list[str]) -> document.Document:
    made = document.of_plan("diff", seen.plan, names)
    for entry in made["assets"]:
        found = list(_originals(seen.plan.assets[entry["name"]]))
        entry["request"] = found[0][1] if found else {}
        entry["originals"] = [prompts.entry(original, chosen=chosen) for original, _, chosen in found]
    return made
