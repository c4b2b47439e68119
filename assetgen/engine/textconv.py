"""What `git diff` shows of a picture: its locked facts in stable lines, or what its header says. Whatever the bytes are, it never fails."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import SubprocessError

from pydantic import JsonValue

from assetgen import digest, lockfile
from assetgen.decode import container, dimensions
from assetgen.engine import projects
from assetgen.errors import AssetgenError, of_system
from assetgen.files import Project
from assetgen.lockfile import Block, Original, Written
from assetgen.model import LOCK
from assetgen.store import git

_LOCKS = f":(top,glob)**/{LOCK}"
_COMMITS = 50
_PATIENCE = 1.0
_TABLE = re.compile(r"^\[+assets\.(\"(?:[^\"\\]|\\.)*\"|[A-Za-z0-9_-]+)[.\]]", re.MULTILINE)
_POINTER = b"version https://git-lfs.github.com/spec/"


def lines(file: Path, start: Path) -> list[str]:
    """The facts of the picture whose bytes are in `file`, by the locks of the repository that holds `start`."""
    try:
        data = file.read_bytes()
    except OSError as error:
        return [of_system(error)]
    sha256 = Project(file.parent).content(file.name) or digest.of_bytes(data)
    for text in _locks(start, sha256):
        found = _found(text, sha256)
        if found:
            return [*found, f"sha256: {sha256}"]
    return [*_header(data), f"sha256: {sha256}"]


def _header(data: bytes) -> Iterator[str]:
    """What can be said of bytes that no lock knows."""
    if data.startswith(_POINTER):
        named = re.search(rb"^size (\d+)$", data, re.MULTILINE)
        yield "format: git lfs pointer"
        if named is not None:
            yield f"bytes: {named[1].decode()}"
        return
    kind = container.sniff(data)
    size = container.icon(data) if kind is None else dimensions.of(kind, data)
    yield f"format: {kind or ('ico' if size else 'unknown')}"
    if size:
        yield f"size: {size[0]}x{size[1]}"
    yield f"bytes: {len(data)}"


def _locks(start: Path, sha256: str) -> Iterator[str]:
    """The texts of locks that name this digest: those on disk, in the index, of HEAD, and then of earlier commits."""
    wanted = sha256.encode()
    with suppress(OSError, AssetgenError, SubprocessError):  # without git, or in a damaged repository, the header has to do
        for root in projects.projects(start):
            with suppress(FileNotFoundError):
                yield from _naming((root / LOCK).read_bytes(), wanted)
        top = projects.top(start)
        if top is None:
            return
        paths = git.paths(git.run(top, "ls-files", "-z", "--", _LOCKS))
        for data in _objects(top, [f"{commit}:{path}" for path in paths for commit in ("", "HEAD")]):
            yield from _naming(data, wanted)
        for commit in _history(top, sha256):
            for data in _objects(top, [f"{at}:{path}" for path in paths for at in (commit, f"{commit}^")]):
                yield from _naming(data, wanted)


def _history(top: Path, sha256: str) -> list[str]:
    """The last commit that brought the digest or took it away, among those that changed a lock last: each of them has to be read."""
    recent = git.run(top, "rev-list", "--all", "-n", str(_COMMITS), "--", _LOCKS, seconds=_PATIENCE)
    words = ("log", "--stdin", "--no-walk=unsorted", "-n", "1", "--format=%H", "--no-textconv", f"-S{sha256}", "--", _LOCKS)
    return git.run(top, *words, data=recent, seconds=_PATIENCE).decode().split() if recent else []


def _naming(data: bytes, wanted: bytes) -> Iterator[str]:
    if wanted in data:
        yield data.decode(errors="replace")


def _objects(top: Path, names: list[str]) -> Iterator[bytes]:
    """The contents of those of these objects that there are."""
    asked = "".join(f"{name}\n" for name in names if "\n" not in name)
    answer = git.run(top, "cat-file", "--batch", data=asked.encode(errors="surrogateescape"))
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        words = answer[at:end].split()
        at = end + 1
        if words[-1] != b"missing":
            size = int(words[-1])
            yield answer[at : at + size]
            at += size + 1


def _found(text: str, sha256: str) -> list[str]:
    """The facts of these bytes by the text of a lock; none where it is faulty, or has the digest for something else."""
    try:
        blocks = lockfile.parse(_part(text, sha256).encode())
    except AssetgenError:
        return []
    return next((shown for name, block in blocks.items() for shown in [list(_facts(name, block, sha256))] if shown), [])


def _part(text: str, sha256: str) -> str:
    """The lock with the tables of one asset only: of a large one, to read the rest would take longer than a diff may."""
    tables = [(found.start(), found[1]) for found in _TABLE.finditer(text)]
    at = text.index(sha256)
    name = next((key for start, key in reversed(tables) if start < at), None)
    starts = [start for start, _ in tables] + [len(text)]
    own = "".join(text[start : starts[index + 1]] for index, (start, key) in enumerate(tables) if key == name)
    return f"version = {lockfile.VERSION}\n{own}"


def _facts(name: str, block: Block, sha256: str) -> Iterator[str]:
    for written in block.outputs:
        if written.sha256 == sha256:
            yield f"asset: {_shown(name)}"
            yield from _output(written)
            yield from _request(block.request)
            if block.original is not None:
                yield from _original(block.original)
            return
    for one in (*((block.original,) if block.original else ()), *block.candidates):
        if one.sha256 == sha256:
            yield f"asset: {_shown(name)}"
            yield "as: original" if one == block.original else "as: candidate"
            yield f"size: {one.width}x{one.height}"
            yield f"format: {_shown(one.format)}"
            yield f"bytes: {one.bytes}"
            yield from _request(block.request)
            yield from _original(one)
            return


def _output(written: Written) -> Iterator[str]:
    yield f"path: {_shown(written.path)}"
    if written.edited:
        yield "edited: by hand, and accepted"
    if written.removed:
        yield "removed: the manifest no longer asks for it"
    yield f"size: {written.width}x{written.height}"
    yield f"bytes: {written.bytes}"
    finish = dict(written.finish)
    steps = finish.pop("steps", [])
    for key in ("encoder", "original"):
        finish.pop(key, None)
    yield from _flat("", finish)
    for number, step in enumerate(steps if isinstance(steps, list) else [], 1):
        if isinstance(step, dict):
            yield f"step {number}: {_shown(step.get('op'))} {_shown(step.get('params'))}"


def _request(request: Mapping[str, JsonValue]) -> Iterator[str]:
    yield from _flat("", {("asked size" if key == "size" else key): value for key, value in request.items()})


def _original(one: Original) -> Iterator[str]:
    yield f"provider: {_shown(one.provider)}"
    said = {
        "model used": one.model,
        "placeholder": one.placeholder or None,
        "revised prompt": one.revised_prompt,
        "dropped": ", ".join(one.dropped) or None,
        "seed used": one.seed,
        "not honoured": ", ".join(one.unhonoured) or None,
        "effective": one.effective,
        "cost": f"{one.cost} USD" if one.cost is not None else None,
        "original": f"{one.sha256[:12]}, {one.width}x{one.height} {one.format}",
    }
    yield from _flat("", {key: value for key, value in said.items() if value is not None})


def _flat(prefix: str, fields: Mapping[str, JsonValue]) -> Iterator[str]:
    for key, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield f"{_shown(prefix + key)}: {_shown(value)}"


def _shown(value: JsonValue) -> str:
    """A value in one line, or text in the lines it has."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text.replace("\n", "\n  ")
