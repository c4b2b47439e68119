"""`assetgen migrate`."""

import click

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine import migrate
from assetgen.engine.migrate import Migration
from assetgen.engine.survey import look
from assetgen.model import Json
from assetgen.report import document, words
from assetgen.report import migration as report


@options.command("migrate", "assetgen migrate dall-e-3 gpt-image-2 --write")
@click.argument("old")
@click.argument("new")
@click.option("--only-unbuilt", is_flag=True, help="Leave assets that have a picture with the old model.")
@click.option("--write", is_flag=True, help="Change the manifest and the files it includes.")
@options.as_json
@pass_session
def command(session: Session, old: str, new: str, *, only_unbuilt: bool, write: bool, as_json: bool) -> None:
    """Show what moving all assets from one model to another changes and costs, and with --write do it.

    Only the model changes, and what the other one does not take: parameters, sizes, providers. Comments and layout stay.
    """
    with look(session.path) as seen:
        made = migrate.migration(seen, old, new, only_unbuilt=only_unbuilt)
        written = migrate.write(seen.workspace, made) if write else []
    if as_json:
        session.terminal.product(document.text(_document(made, written)))
    else:
        _show(session, made, written)


def _show(session: Session, made: Migration, written: list[str]) -> None:
    terminal = session.terminal
    if not made.moves and not made.rewrites:
        terminal.say(f'no asset moves from "{made.old}" to "{made.new.id}"')
        _rest(session, made)
        return
    for line in report.rewrites(made.rewrites):
        terminal.say(*line)
    terminal.table(report.rows(made.moves), report.HEADER)
    terminal.say(report.sums(made.moves))
    _rest(session, made)
    if any(move.again for move in made.moves) and not written:
        hint = "--only-unbuilt leaves them, and freeze = true keeps one for good"
        terminal.note("what is built stays valid until it is asked for from another model", hint)
    if written:
        terminal.say("wrote ", ", ".join(written))
    elif made.blocked:
        terminal.note(f"--write is refused: it would block {words.quoted(made.blocked)}, which can be built now")
    elif made.texts:
        terminal.say(f"run: {session.again('migrate', made.old, made.new.id, '--write')}")


def _rest(session: Session, made: Migration) -> None:
    """What a person has still to do."""
    if made.kept:
        session.terminal.say(f'stay with "{made.old}": {", ".join(made.kept)}')
    for text in made.left:
        session.terminal.note(text)


def _document(made: Migration, written: list[str]) -> document.Document:
    summary: dict[str, Json] = {
        "old": made.old,
        "new": made.new.id,
        "total": len(made.moves),
        "bought_again": sum(1 for move in made.moves if move.again),
        "moves": [report.move_entry(move) for move in made.moves],
        "kept": list(made.kept),
        "left": list(made.left),
        "written": list(written),
    }
    result = document.document("migrate", (document.asset(move.after) for move in made.moves), summary)
    result["changes"] = [report.entry(one) for one in made.rewrites]
    return result
