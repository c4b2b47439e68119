"""The disk as a watch sees it: which folders it listens at, what has changed since it last looked, and whether it had better wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from assetgen import toml
from assetgen.engine import hold
from assetgen.engine.survey import Survey
from assetgen.errors import AssetgenError, FaultyFile
from assetgen.model import MANIFEST
from assetgen.store import location
from assetgen.watch import files, glance
from assetgen.watch.glance import Eye, Glance
from assetgen.watch.knocks import Knock, Knocks, Unheard

# Of git's own directory of a work tree: what is there only until an operation has ended.
_MIDST = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisect",
    "index.lock": 'a write ("index.lock")',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The files that are not as they were: those that people save, and those that builds make. `gone`: one that was read is not there."""

    saved: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    gone: bool = False


class Sight:
    """One owner. `heard` is called in another thread whenever something is touched."""

    def __init__(self, root: Path, environ: Mapping[str, str], heard: Callable[[Knock], None]) -> None:
        self._eye = Eye()
        self._root = root
        self._git = _git(root)
        self._want = files.blind(root, environ)
        self._seen: Glance = {}
        self._now: Glance = {}
        self._knocks = Knocks(heard)
        self._deaf: Unheard | None = None

    def change(self) -> Change:
        """Look at the files. What is found counts as seen only after `taken`.

        A folder that cannot be watched any more, or can be again, is a change as well.
        """
        before = self._deaf
        self._listen()
        self._now = self._eye.look(self._want)
        if not self._seen:
            return Change()
        found = glance.differing(self._seen, self._now)
        made = tuple(path for path in found if path in self._want.made)
        saved = tuple(path for path in found if path not in self._want.made)
        heard = {str(deaf.folder) for deaf in (before, self._deaf) if deaf is not None and str(before) != str(self._deaf)}
        return Change(saved=(*saved, *sorted(heard)), made=made, gone=any(not self._now.get(path) for path in saved))

    def unsettled(self) -> bool:
        """Whether git is at work, or an editor has emptied the manifest and not filled it yet: what is there now is half of something."""
        return not self._now.get(MANIFEST) or any(folder.joinpath("index.lock").exists() for folder in self._git)

    @property
    def halfway(self) -> str:
        """What git is in the midst of, in words; empty where it rests."""
        return next((told for name, told in _MIDST.items() if any(folder.joinpath(name).exists() for folder in self._git)), "")

    @property
    def held(self) -> bool:
        """Whether anybody builds the project at this moment, in this process or in another."""
        return hold.busy(location.home(self._root), self._root)

    def taken(self, seen: Survey) -> None:
        """The project was read after the last look: watch what it is made from now. Raises AssetgenError where that cannot be watched."""
        self._follow(files.wanted(seen))
        if self._deaf is not None:
            raise self._deaf

    def refused(self, error: AssetgenError) -> None:
        """It could not be read: watch where its faults are as well, and where files are missing that it includes."""
        found = {fault.place.file for fault in error.faults if fault.place is not None} if isinstance(error, FaultyFile) else set[str]()
        globs = dict.fromkeys((*self._want.globs, *(each for file in {MANIFEST, *found} for each in self._includes(file))))
        self._follow(replace(self._want, inputs=self._want.inputs | found, globs=tuple(globs)))

    def _includes(self, file: str) -> list[str]:
        """The patterns that a file includes, as far as it can be read."""
        try:
            found = toml.parse((self._want.root / file).read_bytes(), file).get("include")
        except (OSError, FaultyFile):
            return []
        return [each for each in found if isinstance(each, str) and _inside(each)] if isinstance(found, list) else []

    def lost(self, folder: Path) -> None:
        """A watched folder was removed."""
        self._knocks.lost(folder)

    def close(self) -> None:
        """Watch no more."""
        self._knocks.close()

    def _follow(self, want: files.Wanted) -> None:
        self._want = want
        self._listen()
        # What was looked at before the project was read is what it was read as; of a file that is new here, what it is now.
        self._seen = {path: self._now.get(path, found) for path, found in self._eye.look(want).items()}

    def _listen(self) -> None:
        self._deaf = self._knocks.follow(lambda: glance.present(self._want))


def _git(root: Path) -> tuple[Path, ...]:
    """Git's directory of the work tree, where its lock lies while it writes."""
    found = location.git_folders(root)
    if found is None:
        return ()
    dot = found[0] / ".git"
    try:
        own = dot if dot.is_dir() else (found[0] / dot.read_text().strip().removeprefix("gitdir: "))
    except OSError:
        # Whether git is at work cannot be known where git's own folder is closed to us.
        return ()
    return (own,)


def _inside(pattern: str) -> bool:
    """Whether a pattern stays in the project; of one that does not, the manifest's own fault is told."""
    parts = PurePosixPath(pattern).parts
    return bool(parts) and parts[0] != "/" and ".." not in parts
