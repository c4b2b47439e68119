"""`assetgen lock install-driver`: has git merge locks and show pictures with us."""

import os
import shlex

import click

from assetgen.cli.session import Session, pass_session
from assetgen.engine import driver


@click.command("install-driver", epilog="Example: assetgen lock install-driver --print")
@click.option("--print", "show", is_flag=True, help="Show what would be written, and write nothing.")
@pass_session
def command(session: Session, *, show: bool) -> None:
    """Have git merge and show by assets.

    Git then merges locks block by block, and shows the facts of pictures in its diffs. Writes the configuration of this clone, and the
    lines that .gitattributes lacks. Those are for everybody: commit them. Each clone needs this command once; without it git merges and
    shows as ever.
    """
    setup, terminal = driver.lacking(session.path), session.terminal
    for key, value in setup.config.items():
        terminal.say(shlex.join(["git", "config", key, value]))
    for line in setup.attributes:
        terminal.say(f"{driver.ATTRIBUTES}: {line}")
    if not setup.config and not setup.attributes:
        terminal.say("git knows everything already")
    elif not show:
        driver.install(setup)
        if setup.attributes:
            terminal.note("the lines are for every clone", f"git add {driver.ATTRIBUTES}")
    for root, message in setup.faulty.items():
        folder = os.path.relpath(root)
        see = shlex.join(["assetgen", *(() if folder == "." else ("-C", folder)), "check"])
        terminal.note(f'the pictures of "{folder}" are left out: {message}', f"{see}, then assetgen lock install-driver")
