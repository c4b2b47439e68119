"""`assetgen adopt`."""

from pathlib import Path

import click

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine import edit


@options.command("adopt", "assetgen adopt art/hero.png --as hero")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as", "name", metavar="NAME", help="The asset; by default the one that has this output.", shell_complete=options.complete_names
)
@pass_session
def command(session: Session, file: Path, name: str | None) -> None:
    """Make a picture of the project the original of an asset, without asking any provider."""
    for line in edit.adopt(session.path, file, name):
        session.terminal.say(line)
