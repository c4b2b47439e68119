"""`assetgen adopt`."""

from pathlib import Path

import click

from assetgen.cli import options, told
from assetgen.cli.session import Session, pass_session
from assetgen.engine import edit


@options.command("adopt", "assetgen adopt art/hero.png --as hero")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as", "name", metavar="NAME", help="The asset; by default the one that has this output.", shell_complete=options.complete_names
)
@options.as_json
@pass_session
def command(session: Session, file: Path, name: str | None, *, as_json: bool) -> None:
    """Make a picture of the project the original of an asset, without asking any provider."""
    adopted, lines = edit.adopt(session.path, file, name)
    told.tell(session, "adopt", lines, [adopted], as_json=as_json)
