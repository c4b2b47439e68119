"""`assetgen lock fmt`: the lock's canonical text."""

import click

from assetgen.cli.session import Session, pass_session
from assetgen.engine import canonical
from assetgen.model import LOCK


@click.command("fmt", epilog="Example: assetgen lock fmt --check")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if the text differs.")
@pass_session
def command(session: Session, *, check: bool) -> int:
    """Write the lock in its canonical form, as a build would. Comments are not kept."""
    match canonical.write(session.path, dry_run=check):
        case None:
            session.terminal.say(f'there is no "{LOCK}"')
        case False:
            session.terminal.say(f'"{LOCK}" is in its canonical form')
        case True if check:
            session.terminal.error(f'"{LOCK}" is not in its canonical form', "assetgen lock fmt")
            return 1
        case True:
            session.terminal.say(f'wrote "{LOCK}"')
    return 0
