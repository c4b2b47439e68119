"""`assetgen store`."""

import click

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine import upkeep
from assetgen.engine.survey import look
from assetgen.engine.workspace import Workspace
from assetgen.model import Json
from assetgen.report import document, words


@click.group("store", epilog="Example: assetgen store verify", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Show or verify the store of originals. Without a command: its status."""
    if context.invoked_subcommand is None:
        context.invoke(status)


@command.command("path")
@options.as_json
@pass_session
def path(session: Session, *, as_json: bool) -> None:
    """Print the folder of the store."""
    found = upkeep.store_path(session.path)
    if not as_json:
        session.terminal.product(f"{found}\n")
        return
    made = document.document("store path")
    made["store"] = {"path": str(found)}
    session.terminal.product(document.text(made))


@command.command("status")
@options.as_json
@pass_session
def status(session: Session, *, as_json: bool = False) -> None:
    """Show what the store holds."""
    with look(session.path) as seen:
        found = _facts(seen.workspace)
    terminal = session.terminal
    if as_json:
        made = document.document("store", summary={"objects": found["objects"], "bytes": found["bytes"]})
        made["store"] = found
        terminal.product(document.text(made))
        return
    terminal.table([[key.replace("_", " "), f"{value / 1e6:.1f} MB" if key == "bytes" else str(value)] for key, value in found.items()])  # type: ignore[operator]  # bytes are a number


@command.command("verify")
@options.as_json
@pass_session
def verify(session: Session, *, as_json: bool) -> int:
    """Read every object; exit 1 if one is damaged. Damaged ones are moved to quarantine."""
    lines = upkeep.verify_store(session.path)
    terminal = session.terminal
    if as_json:
        made = document.document("store", summary={"damaged": len(lines)})
        made["store"] = {"problems": lines}
        terminal.product(document.text(made))
    else:
        for line in lines:
            terminal.error(line, "assetgen plan")
        terminal.say(f"{words.count(len(lines), 'object')} damaged" if lines else "every object is what its name says")
    return 1 if lines else 0


def _facts(workspace: Workspace) -> dict[str, Json]:
    store = workspace.store
    objects = store.objects()
    folders = {name: workspace.home / name for name in ("rejected", "quarantine")}
    return {
        "path": str(workspace.home),
        "objects": len(objects),
        "bytes": sum((store.cas / sha256).stat().st_size for sha256 in objects),
        "answers": sum(1 for _ in store.answers()),
        "open_jobs": len(workspace.journal.rows()),
        **{name: sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0 for name, folder in folders.items()},
    }
