"""`assetgen accept`."""

import click

from assetgen.cli import options, told
from assetgen.cli.session import Session, pass_session
from assetgen.engine import edit


@options.command("accept", "assetgen accept hero")
@click.argument("names", nargs=-1, required=True, shell_complete=options.complete_names)
@options.as_json
@pass_session
def command(session: Session, names: tuple[str, ...], *, as_json: bool) -> None:
    """Take assets as they are: the picture for a changed prompt, outputs edited by hand, a prompt that was rewritten."""
    told.tell(session, "accept", edit.accept(session.path, names), names, as_json=as_json)
