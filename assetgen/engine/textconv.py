"""What `git diff` shows of a picture: its locked facts in stable lines, or what its header says. Whatever the bytes are, it never fails."""

import json
import re
import stat
from bisect import bisect
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from subprocess import SubprocessError

from pydantic import JsonValue

from assetgen import digest, lockfile
from assetgen.decode import container, dimensions
from assetgen.errors import AssetgenError, of_system
from assetgen.files import Project
from assetgen.lockfile import Block, Original, Written
from assetgen.model import LOCK, MANIFEST
from assetgen.store import git, location

_LOCKS = f":(top,glob)**/{LOCK}"
_MANIFESTS = f":(top,glob)**/{MANIFEST}"
_COMMITS = 20
_PATIENCE = 1.0
_TABLE = re.compile(r"^\[+assets\.(\"(?:[^\"\\]|\\.)*\"|[A-Za-z0-9_-]+)[.\]]", re.MULTILINE)
_POINTER = b"version https://git-lfs.github.com/spec/"


def lines(file: Path, start: Path) -> list[str]:
    """The facts of the picture whose bytes are in `file`, by the locks of the repository that holds `start`."""
    try:
        mode = file.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            return [f'"{file}": is not a regular file']  # a pipe would be waited for
        data = file.read_bytes()
    except OSError as error:
        return [of_system(error)]
    sha256 = Project(file.parent).content(file.name) or digest.of_bytes(data)
    for text in _locks(file, start, sha256):
        found = next((shown for part in _parts(text, sha256) for shown in _found(part, sha256)), None)
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


def _locks(file: Path, start: Path, sha256: str) -> Iterator[str]:
    """The texts of locks that name this digest: those on disk, in the index, of HEAD, and then of earlier commits."""
    wanted = sha256.encode()
    with suppress(OSError, SubprocessError):  # without git, or in a damaged repository, the header has to do
        found = location.git_folders(start.resolve())
        if found is None:
            near = next((folder for folder in (start.resolve(), *start.resolve().parents) if (folder / MANIFEST).is_file()), start)
            yield from _read([near / LOCK], wanted)
            return
        top = found[0]
        paths = git.paths(git.run(top, "ls-files", "-z", "--", _LOCKS, _MANIFESTS))
        locks = list(dict.fromkeys(str(PurePosixPath(path).with_name(LOCK)) for path in paths))
        yield from _read([top / path for path in locks], wanted)
        for data in _objects(top, [f"{commit}:{path}" for path in locks for commit in ("", "HEAD")]):
            yield from _naming(data, wanted)
        # Git hands out files of the work tree as they are, and what it has itself elsewhere: new bytes stand in no old lock.
        if not file.resolve().is_relative_to(top):
            for data in _objects(top, _history(top, sha256)):
                yield from _naming(data, wanted)


def _read(files: list[Path], wanted: bytes) -> Iterator[str]:
    for file in files:
        with suppress(FileNotFoundError):
            yield from _naming(file.read_bytes(), wanted)


def _history(top: Path, sha256: str) -> list[str]:
    """The locks that know the digest in the commits that changed a lock last, the newest first: each of them has to be searched."""
    recent = git.run(top, "rev-list", "--all", "-n", str(_COMMITS), "--", _LOCKS, seconds=_PATIENCE).decode().split()
    words = ("grep", "--no-color", "-l", "-z", "-F", "-e", f'sha256 = "{sha256}"')
    return git.paths(git.ask(top, *words, *recent, "--", _LOCKS, seconds=_PATIENCE).stdout)[:1] if recent else []


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


def _found(text: str, sha256: str) -> Iterator[list[str]]:
    """The facts of these bytes by the text of a lock; none where it is faulty, or has the digest for something else."""
    with suppress(AssetgenError):
        for name, block in lockfile.parse(text.encode()).items():
            shown = list(_facts(name, block, sha256))
            if shown:
                yield shown


def _parts(text: str, sha256: str) -> Iterator[str]:
    """The lock with the tables of one asset only, for each that may have these bytes: to read all of a large one would take too long."""
    tables = [(found.start(), found[1]) for found in _TABLE.finditer(text)]
    starts = [start for start, _ in tables] + [len(text)]
    # Other assets name the digest as well, which are made from the picture.
    hits = (found.start() for found in re.finditer(rf'\bsha256\s*=\s*"{sha256}"', text))
    for name in dict.fromkeys(tables[bisect(starts, at) - 1][1] for at in hits if starts[0] < at):
        own = "".join(text[start : starts[index + 1]] for index, (start, key) in enumerate(tables) if key == name)
        yield f"version = {lockfile.VERSION}\n{own}"


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
