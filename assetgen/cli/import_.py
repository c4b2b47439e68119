"""`assetgen import`."""

from pathlib import Path

import click

from assetgen.cli import options, told
from assetgen.cli.session import Session, pass_session
from assetgen.engine import edit


@options.command("import", "assetgen import hero ~/Downloads/hero.png --job-id 4f2a")
@options.one_name
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--job-id", metavar="ID", help="The id that the tool gave the picture.")
@options.as_json
@pass_session
def command(session: Session, name: str, file: Path, job_id: str | None, *, as_json: bool) -> None:
    """Hand in a picture that was made by hand; its outputs are made at once."""
    told.tell(session, "import", edit.import_file(session.path, name, file.expanduser(), job_id), [name], as_json=as_json)
