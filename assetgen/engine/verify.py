"""Compares what lies on disk with the lock, byte by byte: outputs and their marks of origin, originals in the store. Changes nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assetgen.decode.facts import NotAPicture
from assetgen.decode.pool import ACCEPTED
from assetgen.digest import of_bytes
from assetgen.engine.survey import Survey
from assetgen.engine.workspace import Workspace
from assetgen.lockfile import Block, Original, Written
from assetgen.post.formats import FORMATS
from assetgen.post.marks import marks

_DECODED = ACCEPTED | {"gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is not as the lock says. `path` is an output's, or empty for an original."""

    asset: str
    code: str
    text: str
    path: str = ""


def verify(seen: Survey, names: Iterable[str]) -> Iterator[Problem]:
    """Every problem with the locked files of these assets, in their order."""
    for name in names:
        block = seen.lock.get(name)
        if block is None:
            yield Problem(asset=name, code="unlocked", text="is not in the lock")
            continue
        for written in block.outputs:
            if not written.removed:
                yield from _output(seen.workspace, name, written)
        for original in _originals(block):
            yield from _original(seen, name, original)


def absent(seen: Survey, names: Iterable[str]) -> int:
    """How many originals are not on this machine: no fault of the lock's, since a clone has none."""
    blocks = (seen.lock[name] for name in names if name in seen.lock)
    return sum(
        1 for block in blocks for original in _originals(block) if original.provider != "file" and not seen.facts.find(original.sha256)
    )


def _output(workspace: Workspace, asset: str, written: Written) -> Iterator[Problem]:
    path = written.path
    obstacle = workspace.project.obstacle(path)
    if obstacle is not None:
        yield Problem(asset=asset, code="not-a-file", text=obstacle, path=path)
        return
    try:
        data = workspace.project.read(path)
    except FileNotFoundError:
        if workspace.manifest.commit_outputs:
            yield Problem(asset=asset, code="missing", text=f'"{path}" is missing', path=path)
        return
    if of_bytes(data) != written.sha256:
        if workspace.project.content(path) != written.sha256:  # a git LFS pointer stands for its content
            yield Problem(asset=asset, code="differs", text=f'"{path}" is not what the lock says', path=path)
        return
    format_ = str(written.finish.get("format", ""))
    if format_ in _DECODED:
        yield from _picture(workspace, asset, written, data)
    if not written.edited and format_ in FORMATS and FORMATS[format_].xmp:
        yield from _origin(asset, written, data)


def _picture(workspace: Workspace, asset: str, written: Written, data: bytes) -> Iterator[Problem]:
    try:
        facts = workspace.decoder.inspect(data, formats=_DECODED, max_pixels=max(1, written.width * written.height), what="the file")
    except NotAPicture as error:
        yield Problem(asset=asset, code="undecodable", text=f'"{written.path}": {error.message}', path=written.path)
        return
    if (facts.width, facts.height) != (written.width, written.height):
        text = f'"{written.path}" is {facts.width}x{facts.height}, and the lock says {written.width}x{written.height}'
        yield Problem(asset=asset, code="size", text=text, path=written.path)


def _origin(asset: str, written: Written, data: bytes) -> Iterator[Problem]:
    found, source = marks(data), written.finish.get("source")
    if source is not None and found.source != source:
        text = f'"{written.path}" does not say that its source is "{source}"'
        yield Problem(asset=asset, code="provenance", text=text, path=written.path)
    if written.finish.get("placeholder") is True and not found.placeholder:
        yield Problem(asset=asset, code="provenance", text=f'"{written.path}" does not say that it is a placeholder', path=written.path)


def _original(seen: Survey, asset: str, original: Original) -> Iterator[Problem]:
    path = seen.workspace.store.cas / original.sha256
    if path.is_file() and of_bytes(path.read_bytes()) != original.sha256:
        yield Problem(asset=asset, code="original", text=f"the original {original.sha256[:12]} is damaged in the store")


def _originals(block: Block) -> tuple[Original, ...]:
    own = (block.original,) if block.original is not None else ()
    return tuple({original.sha256: original for original in (*own, *block.candidates)}.values())
