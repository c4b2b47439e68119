"""`assetgen gc`."""

import click

from assetgen.cli import options, told
from assetgen.cli.session import Session, pass_session
from assetgen.engine import upkeep


@options.command("gc", "assetgen gc --dry-run")
@click.option("--paid", is_flag=True, help="Remove originals that cost money, and the work of people, as well.")
@options.dry_run
@options.as_json
@pass_session
def command(session: Session, *, paid: bool, dry_run: bool, as_json: bool) -> None:
    """Remove objects of the store that no lock of any ref or worktree needs. Paid originals and the work of people stay."""
    told.tell(session, "gc", upkeep.collect(session.path, paid=paid, dry_run=dry_run), as_json=as_json)
