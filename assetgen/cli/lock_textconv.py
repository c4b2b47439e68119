"""`assetgen lock textconv`: what git shows of a picture. It waits for this with every picture, so little is imported here."""

from pathlib import Path

import click

from assetgen.cli.session import Session, pass_session
from assetgen.engine import textconv


@click.command("textconv", epilog="Example: assetgen lock textconv public/hero.webp")
@click.argument("file", type=click.Path(path_type=Path))
@pass_session
def command(session: Session, file: Path) -> None:
    """Print what locks know of a picture.

    It is known by the bytes of FILE alone; of other bytes format and size are told. Git shows that in its diffs.
    """
    for line in textconv.lines(file, session.path):
        session.terminal.say(line)
