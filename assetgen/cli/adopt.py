"""`assetgen adopt`."""

from pathlib import Path

import click

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine import edit
from assetgen.engine.workspace import locate
from assetgen.errors import UsageError


@options.command("adopt", "assetgen adopt art/hero.png --as hero")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as", "name", metavar="NAME", help="The asset; by default the one that has this output.", shell_complete=options.complete_names
)
@pass_session
def command(session: Session, file: Path, name: str | None) -> None:
    """Make a picture of the project the original of an asset, without asking any provider."""
    root = locate(session.path)
    try:
        path = file.resolve().relative_to(root).as_posix()
    except ValueError:
        raise UsageError(f'"{file}" is outside the project', hint="copy it into the project, or use assetgen import NAME FILE") from None
    for line in edit.adopt(session.path, path, name):
        session.terminal.say(line)
