"""`assetgen lock`: what git calls to merge locks and to show pictures, and the lock's canonical text."""

import os
import re
import shlex
from pathlib import Path

import click

from assetgen.cli.session import Session, pass_session
from assetgen.engine import canonical, driver, textconv
from assetgen.engine.merge import Ended, Names, drive, mend
from assetgen.errors import UsageError
from assetgen.lockfile import UPGRADE
from assetgen.model import LOCK
from assetgen.report import words

_KEEP = "keep one of the two blocks, and delete the other and the marker lines"
_HEAD = re.compile(r"GITHEAD_[0-9a-f]{40,64}")


@click.group("lock", epilog="Example: assetgen lock merge", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Merge, format or explain the lock."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command.command("merge", epilog="Example: assetgen lock merge")
@click.argument("files", nargs=-1, metavar="[BASE OURS THEIRS [PATH]]", type=click.Path(path_type=Path))
@click.option("--ours", metavar="NAME", default="", help="What our side is called beside the markers.")
@click.option("--theirs", metavar="NAME", default="", help="What the other side is called.")
@click.option("--marker-size", metavar="N", type=click.IntRange(min=7), default=7, help="How long the markers are.")
@pass_session
def merge(session: Session, files: tuple[Path, ...], *, ours: str, theirs: str, marker_size: int) -> int:
    """Merge by assets. Without files: mend the lock of this project, which a merge has left with conflicts.

    With files, a merge driver for git: the merge of OURS and THEIRS, which both come from BASE, is written to OURS. Exit 1 if an asset was
    changed differently on both sides: markers then stand around its two blocks.
    """
    if not files:
        return _told(session, mend(session.path))
    if len(files) not in (3, 4):
        raise UsageError("expected the three files BASE OURS THEIRS, or none", hint="assetgen lock merge")
    names = Names(ours=_label(ours, "ours"), theirs=_label(theirs, _head()), size=marker_size)
    base, own, other = files[:3]
    ended = drive(base, own, other, names)
    _explain(session, ended, str(files[3]) if len(files) == 4 else LOCK)
    return 1 if ended.conflicts or ended.unread else 0


@command.command("fmt", epilog="Example: assetgen lock fmt --check")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if the text differs.")
@pass_session
def fmt(session: Session, *, check: bool) -> int:
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


@command.command("textconv", epilog="Example: assetgen lock textconv public/hero.webp")
@click.argument("file", type=click.Path(path_type=Path))
@pass_session
def text_of(session: Session, file: Path) -> None:
    """Print what the lock knows of the picture with the bytes of FILE; of other bytes, format and size. Git shows that in its diffs."""
    for line in textconv.lines(file, session.path):
        session.terminal.say(line)


@command.command("install-driver", epilog="Example: assetgen lock install-driver --print")
@click.option("--print", "show", is_flag=True, help="Show what would be written, and write nothing.")
@pass_session
def install_driver(session: Session, *, show: bool) -> None:
    """Have git merge locks by assets, and show the facts of pictures in its diffs.

    Writes the configuration of this clone, and the lines that .gitattributes lacks. Those are for everybody: commit them. Each clone needs
    this command once; without it git merges and shows as ever.
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


def _told(session: Session, ended: Ended | None) -> int:
    """Tell how the mending ended; returns the exit code."""
    if ended is None:
        session.terminal.say(f'"{LOCK}" holds no conflict')
        return 0
    if ended.beside:
        session.terminal.note(f'not all of what "{LOCK}" held could be kept; it is in "{ended.beside}" as it was')
    _explain(session, ended, LOCK)
    if not ended.conflicts:
        session.terminal.say(f'"{LOCK}" is merged')
        if ended.staged:
            session.terminal.note("git waits for it", f"git add {LOCK}")
    return 1 if ended.conflicts else 0


def _explain(session: Session, ended: Ended, path: str) -> None:
    terminal = session.terminal
    for message in ended.unread:
        terminal.error(f'"{path}" was merged line by line: {message}', f"look at it; or {UPGRADE}, then assetgen lock merge")
    if ended.conflicts:
        verb = "was" if len(ended.conflicts) == 1 else "were"
        terminal.error(f'"{path}": {words.quoted(ended.conflicts)} {verb} changed on both sides', f"{_KEEP}; assetgen check tells the rest")


def _label(given: str, otherwise: str) -> str:
    """The name of a side. A git that does not know names hands its own placeholder on."""
    return otherwise if given in ("", "%X", "%Y") else given.partition("\n")[0]


def _head() -> str:
    """What the user called the other side of a `git merge`, as git tells its children."""
    found = [value for name, value in os.environ.items() if _HEAD.fullmatch(name)]
    return found[0] if len(found) == 1 else "theirs"
