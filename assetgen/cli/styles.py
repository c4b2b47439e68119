"""`assetgen styles`."""

from difflib import get_close_matches

import click

from assetgen import toml
from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import look
from assetgen.errors import UsageError
from assetgen.manifest.styles import BUILT_IN, Style
from assetgen.report import document
from assetgen.report.text import Cell, Painted


@options.command("styles", "assetgen styles isometric")
@click.argument("name", metavar="[STYLE]", required=False)
@options.as_json
@pass_session
def command(session: Session, name: str | None, *, as_json: bool) -> None:
    """List the styles of the project and the built-in ones, or show one."""
    own = _own(session)
    known = {**BUILT_IN, **own}
    if name is not None and name not in known:
        close = get_close_matches(name, known, n=1)
        raise UsageError(f'there is no style "{name}"', hint=f"did you mean {close[0]}" if close else "assetgen styles")
    shown = [*own, *(each for each in BUILT_IN if each not in own)] if name is None else [name]
    if as_json:
        made = document.document("styles", summary={"total": len(shown)})
        made["styles"] = [_entry(each, known[each], "project" if each in own else "built-in") for each in shown]
        session.terminal.product(document.text(made))
        return
    rows = [[Painted(each, "strong"), "project" if each in own else "built-in", _text(known[each])] for each in shown]
    session.terminal.table(rows, ["STYLE", "FROM", "PROMPT"])


def _own(session: Session) -> dict[str, Style]:
    """The project's styles; none where there is no project, or where its manifest cannot be understood."""
    try:
        with look(session.path) as seen:
            project = seen.workspace.project
            files = [toml.parse(project.read(file), file) for file in seen.workspace.manifest.files]
    except UsageError:
        return {}
    tables = {name: table for values in files for name, table in values.get("styles", {}).items()}
    return {name: Style(table.get("prompt", ""), table.get("negative", "")) for name, table in tables.items()}


def _entry(name: str, style: Style, source: str) -> dict[str, str]:
    return {"name": name, "from": source, "prompt": style.prompt, "negative": style.negative}


def _text(style: Style) -> Cell:
    return [style.prompt, "\n", Painted(f"negative: {style.negative}", "dim")] if style.negative else style.prompt
