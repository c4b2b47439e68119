"""What a command did that decides or tidies up: its lines, or a document with them and with the assets as they are now."""

from collections.abc import Iterable, Sequence

from assetgen.cli import options
from assetgen.cli.session import Session
from assetgen.engine.survey import look
from assetgen.report import document


def tell(session: Session, command: str, lines: Sequence[str], names: Iterable[str] = (), *, as_json: bool) -> None:
    """Print the end of a command that was about these names; without any, the document has no assets."""
    terminal = session.terminal
    if not as_json:
        for line in lines:
            terminal.say(line)
        return
    terminal.product(document.text(_document(session, command, lines, tuple(names))))


def _document(session: Session, command: str, lines: Sequence[str], names: tuple[str, ...]) -> document.Document:
    if not names:
        made = document.document(command)
    else:
        with look(session.path) as seen:
            made = document.of_plan(command, seen.plan, options.chosen(names, seen.workspace.manifest.assets))
    made["lines"] = list(lines)
    return made
