"""`assetgen clean`."""

from assetgen.cli import options, told
from assetgen.cli.session import Session, pass_session
from assetgen.engine import upkeep


@options.command("clean", "assetgen clean --dry-run")
@options.dry_run
@options.as_json
@pass_session
def command(session: Session, *, dry_run: bool, as_json: bool) -> None:
    """Remove the files of assets and outputs that the manifest no longer names. Files that were edited stay."""
    told.tell(session, "clean", upkeep.clean(session.path, dry_run=dry_run) or ["nothing to clean"], as_json=as_json)
