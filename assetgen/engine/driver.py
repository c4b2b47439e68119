"""Has git use our merge driver and our text of pictures: its configuration in this clone, and the lines of `.gitattributes` for all."""

import os
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assetgen.engine import projects
from assetgen.engine.workspace import locate, opened
from assetgen.errors import UsageError
from assetgen.files import Project
from assetgen.model import LOCK
from assetgen.post.formats import SUFFIXES
from assetgen.store import git

ATTRIBUTES = ".gitattributes"
TORN = 4
"""How `lock merge` with files ends when the merge is written and holds conflicts. No failure of Python or of a shell ends like that."""

_NAME = "assetgen"
# Git leaves what it does not know, such as %X before 2.44, as it is.
_MERGE = "lock merge --marker-size=%L --ours=%X --theirs=%Y %O %A %B %P"
_LINES = "git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What this clone lacks: configuration by key, and lines of `.gitattributes` in the folder `top`.

    `faulty` are the projects whose pictures get no lines, because their manifest cannot be read, each with the reason.
    """

    top: Path
    config: dict[str, str]
    attributes: tuple[str, ...]
    faulty: Mapping[Path, str]


def lacking(start: Path) -> Setup:
    """What is to be written."""
    top = projects.top(start)
    if top is None:
        raise UsageError("there is no git repository here", hint="git init")
    if (top / ATTRIBUTES).is_symlink():
        raise UsageError(f'"{ATTRIBUTES}" is a link, which git does not follow', hint="put a copy of the file in its place")
    wanted = {
        f"merge.{_NAME}.name": "asset locks, block by block",
        f"merge.{_NAME}.driver": _driver(),
        f"diff.{_NAME}.textconv": _textconv(),
    }
    config = {key: value for key, value in wanted.items() if _configured(top, key) != value}
    present = {tuple(line.split()) for line in _read(top).decode(errors="replace").splitlines()}
    lines, faulty = {f"{LOCK} merge={_NAME}": None}, {}
    for root in dict.fromkeys((*projects.projects(start), *_here(start))):
        try:
            lines |= dict.fromkeys(_pictures(root, top))
        except UsageError as error:
            faulty[root] = error.message
    return Setup(top=top, config=config, attributes=tuple(line for line in lines if not _present(line, present)), faulty=faulty)


def install(setup: Setup) -> None:
    """Write it: first the configuration, which is of no effect without the lines."""
    for key, value in setup.config.items():
        git.run(setup.top, "config", "--replace-all", key, value)
    if setup.attributes:
        before = _read(setup.top)
        end = b"\r\n" if b"\r\n" in before else b"\n"
        gap = end if before and not before.endswith(b"\n") else b""
        Project(setup.top).write(ATTRIBUTES, before + gap + b"".join(os.fsencode(line) + end for line in setup.attributes))


def _driver() -> str:
    """Where assetgen is gone, or fails in any way, git merges line by line, as without a driver: our side alone would pass for a merge."""
    return f"{_program().replace('%', '%%')} {_MERGE} || {{ test $? -eq {TORN} && exit 1; {_LINES}; }}"


def _textconv() -> str:
    """Git calls this with the file behind it. A text that cannot be had must not keep anybody from seeing a diff."""
    return f'f() {{ {_program()} lock textconv "$1" 2>/dev/null || git hash-object "$1"; }}; f'


def _program() -> str:
    """This very assetgen, wherever git is called from; -P keeps the folder that git is in out of the imports."""
    script = Path(sys.executable).parent / _NAME
    words = [str(script)] if script.is_file() else [sys.executable, "-P", "-m", _NAME]
    return shlex.join(words)


def _pictures(root: Path, top: Path) -> Iterator[str]:
    """A line for each format in the folder of outputs of a project, and in that of committed originals. Raises UsageError."""
    with opened(root) as workspace:
        given = workspace.manifest
    for folder in dict.fromkeys((given.outputs, *(() if given.originals == "store" else (given.originals,)))):
        path = (root / folder).relative_to(top).as_posix()
        inside = "/" if path == "." else f"/{_escaped(path)}/"
        yield from (f"{_quoted(f'{inside}**/*.{suffix}')} diff={_NAME}" for suffix in SUFFIXES)


def _here(start: Path) -> list[Path]:
    """The project that the user is in, which git may not track yet."""
    try:
        return [locate(start)]
    except UsageError:
        return []


def _escaped(path: str) -> str:
    """A path in which nothing is a wildcard."""
    return re.sub(r"([\\*?\[\]])", r"\\\1", path)


def _quoted(pattern: str) -> str:
    """A pattern with spaces stands in quotes, in the manner of C (gitattributes(5))."""
    if re.fullmatch(r"[^\s\"]+", pattern):
        return pattern
    return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'


def _present(line: str, present: set[tuple[str, ...]]) -> bool:
    """Whether a line with this pattern sets this attribute, beside others or not."""
    pattern, attribute = line.rsplit(" ", 1)
    words = tuple(pattern.split())
    return any(found[: len(words)] == words and attribute in found[len(words) :] for found in present)


def _read(top: Path) -> bytes:
    try:
        return (top / ATTRIBUTES).read_bytes()
    except FileNotFoundError:
        return b""


def _configured(top: Path, key: str) -> str | None:
    asked = git.ask(top, "config", "--get", key)
    return os.fsdecode(asked.stdout).removesuffix("\n") if asked.returncode == 0 else None
