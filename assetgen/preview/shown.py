"""One asset as it is shown: frozen values of one look, from which its card and, later, its details are made."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from assetgen.engine.facts import slug
from assetgen.engine.survey import Survey
from assetgen.lockfile import Block, Lock, Original, Written
from assetgen.plan.states import AssetPlan
from assetgen.post.formats import SUFFIXES
from assetgen.preview.documents import PictureEntry
from assetgen.preview.pictures import Place
from assetgen.watch.wishes import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output. `last` is what was there before it changed, `locked` what the lock says; a file that is neither has no size yet."""

    path: str
    now: Written | None
    last: Written | None
    locked: Written | None
    draft: Written | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One asset. `block` is what is locked for it under its present name or an earlier one; `mark` as in a card."""

    planned: AssetPlan
    outputs: tuple[Output, ...]
    draft: Draft | None = None
    held: bool = False
    paying: bool = False
    mark: str = ""

    @property
    def block(self) -> Block | None:
        """What is locked for it."""
        return self.planned.block

    @property
    def original(self) -> Original | None:
        """The chosen original."""
        return self.block.original if self.block is not None else None

    @property
    def candidates(self) -> tuple[Original, ...]:
        """The originals to choose from."""
        return self.block.candidates if self.block is not None else ()


def shown(seen: Survey, planned: AssetPlan, *, draft: Draft | None, before: Shown | None, last: Lock, held: bool, paying: bool) -> Shown:
    """One asset of a survey that is open. `before` is how it was shown earlier, `last` the lock before the last build."""
    block = last.get(planned.renamed_from or planned.name) if before is None else None
    outputs = []
    for output in planned.asset.outputs:
        locked = planned.block.output(output.path) if planned.block is not None else None
        now = _now(seen, output.path, locked)
        earlier = block.output(output.path) if block is not None else _earlier(before, output.path, now)
        outputs.append(
            Output(
                path=output.path,
                now=now,
                last=earlier if now is None or earlier is None or earlier.sha256 != now.sha256 else None,
                locked=locked,
                draft=next((one for one in draft.outputs if one.path == output.path), None) if draft is not None else None,
            )
        )
    return Shown(planned=planned, outputs=tuple(outputs), draft=draft, held=held or draft is not None, paying=paying)


def places(one: Shown, folder: str) -> Iterator[tuple[str, Place]]:
    """Every digest that this asset may be asked for, and where its bytes may be. `folder` is where originals are committed, or "store"."""
    for output in one.outputs:
        here = (output.path,)
        for written in (output.last, output.locked, output.draft, output.now):
            if written is not None:
                yield written.sha256, Place(paths=here, own=not written.edited)
    drawn = one.draft.original if one.draft is not None else None
    for original in (*originals(one), *((drawn,) if drawn is not None else ())):
        yield original.sha256, Place(paths=(*_kept(one.planned, original, folder),))
    if one.planned.asset.file is not None and one.planned.chosen is not None:
        yield one.planned.chosen, Place(paths=(one.planned.asset.file,))


def originals(one: Shown) -> Iterator[Original]:
    """Every original that is known of an asset: the chosen one first, then candidates, then what waits to be accepted."""
    every = (*((one.original,) if one.original is not None else ()), *one.candidates, *one.planned.picks)
    yield from {original.sha256: original for original in every}.values()


def _kept(planned: AssetPlan, original: Original, folder: str) -> Iterator[str]:
    """Where an original is committed, if it is."""
    if planned.asset.file is not None:
        yield planned.asset.file
    elif folder != "store":
        yield f"{folder}/{slug(planned.name)}-{original.sha256[:16]}.{original.format}"


def entry(written: Written) -> PictureEntry:
    """An output's picture."""
    form = str(written.finish.get("format", "")) or SUFFIXES.get(PurePosixPath(written.path).suffix.lower().lstrip("."), "")
    return {"sha256": written.sha256, "width": written.width, "height": written.height, "bytes": written.bytes, "format": form}


def entry_of(original: Original) -> PictureEntry:
    """An original's picture."""
    sizes: PictureEntry = {
        "sha256": original.sha256,
        "width": original.width,
        "height": original.height,
        "bytes": original.bytes,
        "format": original.format,
    }
    return sizes


def _now(seen: Survey, path: str, locked: Written | None) -> Written | None:
    """The output as it lies on disk; None where it does not, or only a git LFS pointer to it."""
    have = seen.facts.content(path)
    if have is None:
        return None
    try:
        size = (seen.workspace.root / path).stat().st_size
    except OSError:
        return None
    known = locked if locked is not None and locked.sha256 == have else None
    if known is not None:
        return known if size == known.bytes or seen.workspace.store.has(have) else None
    return Written(path=path, sha256=have, bytes=size, width=0, height=0, edited=True)


def _earlier(before: Shown | None, path: str, now: Written | None) -> Written | None:
    """What an output was before it became what it is now."""
    known = next((output for output in before.outputs if output.path == path), None) if before is not None else None
    if known is None:
        return None
    changed = known.now is not None and (now is None or known.now.sha256 != now.sha256)
    return known.now if changed else known.last
