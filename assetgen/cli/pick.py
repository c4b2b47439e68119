"""`assetgen pick`."""

import click

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine import edit


@options.command("pick", "assetgen pick hero 3")
@options.one_name
@click.argument("choice", required=False)
@click.option("--back", is_flag=True, help="Go back to the one before the present picture.")
@pass_session
def command(session: Session, name: str, choice: str | None, *, back: bool) -> None:
    """Choose among the candidates of an asset, by number or digest. Without a choice they are listed."""
    for line in edit.pick(session.path, name, choice, back=back):
        session.terminal.say(line)
