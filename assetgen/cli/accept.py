"""`assetgen accept`."""

import click

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine import edit


@options.command("accept", "assetgen accept hero")
@click.argument("names", nargs=-1, required=True, shell_complete=options.complete_names)
@pass_session
def command(session: Session, names: tuple[str, ...]) -> None:
    """Take assets as they are: the picture for a changed prompt, outputs edited by hand, a prompt that was rewritten."""
    for line in edit.accept(session.path, names):
        session.terminal.say(line)
