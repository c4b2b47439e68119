"""`assetgen doctor`."""

import os

import click

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.doctor import examine
from assetgen.report import doctor, document


@options.command("doctor", "assetgen doctor --online")
@click.option("--online", is_flag=True, help="Also ask the providers whether they answer.")
@options.as_json
@pass_session
def command(session: Session, *, online: bool, as_json: bool) -> int:
    """Show what this machine has, what is wrong and how to mend it; exit 1 if a build of the project would fail for it.

    Nothing is sent anywhere without --online; only a ComfyUI on this machine is asked. Works outside of a project as well.
    """
    found = examine(session.path, os.environ, online=online)
    errors = sum(1 for one in found["problems"] if one["severity"] == "error")
    if as_json:
        made = document.document("doctor", summary={"errors": errors, "warnings": len(found["problems"]) - errors})
        made["doctor"] = found
        session.terminal.product(document.text(made))
    else:
        doctor.show(session.terminal, found)
    return 1 if errors else 0
