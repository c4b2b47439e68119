"""`assetgen lock merge`: the merge driver that git calls, and what mends a lock with conflicts."""

import os
import re
from pathlib import Path

import click

from assetgen.cli.session import Session, pass_session
from assetgen.engine.driver import TORN
from assetgen.engine.merge import Ended, Names, drive, mend
from assetgen.errors import UsageError
from assetgen.model import LOCK
from assetgen.report import words

_KEEP = "keep one of the two blocks, and delete the other and the marker lines"
_ANEW = f"git checkout --merge {LOCK} && assetgen lock merge"
_HEAD = re.compile(r"GITHEAD_[0-9a-f]{40,64}")


@click.command("merge", epilog="Example: assetgen lock merge")
@click.argument("files", nargs=-1, metavar="[BASE OURS THEIRS [PATH]]", type=click.Path(path_type=Path))
@click.option("--ours", metavar="NAME", default="", help="What our side is called beside the markers.")
@click.option("--theirs", metavar="NAME", default="", help="What the other side is called.")
@click.option("--marker-size", metavar="N", type=click.IntRange(min=7), default=7, help="How long the markers are.")
@pass_session
def command(session: Session, files: tuple[Path, ...], *, ours: str, theirs: str, marker_size: int) -> int:
    """Merge by assets. Without files: mend the lock of this project, which a merge has left with conflicts.

    With files, a merge driver for git: the merge of OURS and THEIRS, which both come from BASE, is written to OURS. Exit 4 if an asset was
    changed differently on both sides: markers then stand around its two blocks. Every other code says that nothing was merged.
    """
    if not files:
        return _told(session, mend(session.path))
    if len(files) not in (3, 4):
        raise UsageError("expected the three files BASE OURS THEIRS, or none", hint="assetgen lock merge")
    names = Names(ours=_label(ours, "ours"), theirs=_label(theirs, _head()), size=marker_size)
    base, own, other = files[:3]
    ended = drive(base, own, other, names)
    _explain(session, ended, str(files[3]) if len(files) == 4 else LOCK)
    return TORN if ended.conflicts or ended.unread else 0


def _told(session: Session, ended: Ended | None) -> int:
    """Tell how the mending ended; returns the exit code."""
    if ended is None:
        session.terminal.say(f'"{LOCK}" holds no conflict')
        return 0
    if ended.beside:
        session.terminal.note(f'not all of what "{LOCK}" held could be kept; it is in "{ended.beside}" as it was')
    _explain(session, ended, LOCK)
    if not ended.conflicts:
        if ended.side:
            whose = "our side" if ended.side == "ours" else "their side"
            session.terminal.say(f'"{LOCK}" is {whose} as a whole')
            session.terminal.note("both sides can still be merged", _ANEW)
        else:
            session.terminal.say(f'"{LOCK}" is merged')
        if ended.staged:
            session.terminal.note("git waits for it", f"git add {LOCK}")
    return 1 if ended.conflicts else 0


def _explain(session: Session, ended: Ended, path: str) -> None:
    terminal = session.terminal
    for message, cure in ended.unread.items():
        terminal.error(f'"{path}" was merged line by line: {message}', cure)
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
