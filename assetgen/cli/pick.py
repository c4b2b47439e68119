"""`assetgen pick`."""

import click

from assetgen.cli import options, told
from assetgen.cli.session import Session, pass_session
from assetgen.engine.pick import pick


@options.command("pick", "assetgen pick hero 3")
@options.one_name
@click.argument("choice", required=False)
@click.option("--back", is_flag=True, help="Go back to the one before the present picture.")
@options.as_json
@pass_session
def command(session: Session, name: str, choice: str | None, *, back: bool, as_json: bool) -> None:
    """Choose among the candidates of an asset, by number or digest. Without a choice they are listed."""
    told.tell(session, "pick", pick(session.path, name, choice, back=back), [name], as_json=as_json)
