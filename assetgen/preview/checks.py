"""What is expected of an asset's outputs, and whether it holds: by recorded facts, and by the pixels only for transparency."""

from collections.abc import Iterator

from assetgen.engine.survey import Survey
from assetgen.model import Expect
from assetgen.preview.documents import CheckEntry
from assetgen.preview.pictures import Pictures
from assetgen.preview.shown import Output, Shown


def checks(seen: Survey, one: Shown, pictures: Pictures) -> Iterator[CheckEntry]:
    """One line for each output and each expectation, in the order of the manifest."""
    for output in one.outputs:
        yield _there(seen, output)
        yield from _expected(one.planned.asset.expect, output, pictures)


def _there(seen: Survey, output: Output) -> CheckEntry:
    have = seen.facts.content(output.path)
    path, locked = output.path, output.locked
    obstacle = seen.facts.obstacle(path)
    if obstacle is not None:
        return {"text": obstacle, "ok": False}
    if locked is None:
        return {"text": f'"{path}" is not built yet' if have is None else f'"{path}" was not made by assetgen', "ok": False}
    if have is None:
        return {"text": f'"{path}" is missing', "ok": not seen.workspace.manifest.commit_outputs}
    if have != locked.sha256:
        return {"text": f'"{path}" is not what the lock says', "ok": False}
    if output.now is None:
        return {"text": f'"{path}" is a git LFS pointer to what the lock says', "ok": True}
    return {"text": f'"{path}" was edited by hand and accepted' if locked.edited else f'"{path}" is what the lock says', "ok": True}


def _expected(expect: Expect, output: Output, pictures: Pictures) -> Iterator[CheckEntry]:
    """What the manifest expects of the file that is there."""
    written = output.now
    if written is None:
        return
    path = output.path
    if expect.max_bytes is not None:
        text = f'"{path}" has {written.bytes:,} bytes, at most {expect.max_bytes:,} are expected'
        yield {"text": text, "ok": written.bytes <= expect.max_bytes}
    decoded = pictures.facts(written.sha256) if expect.alpha is not None or not written.width else None
    width, height = (decoded.width, decoded.height) if decoded is not None else (written.width, written.height)
    if expect.width is not None:
        yield {"text": f'"{path}" is {width} pixels wide, {expect.width} are expected', "ok": width == expect.width}
    if expect.height is not None:
        yield {"text": f'"{path}" is {height} pixels high, {expect.height} are expected', "ok": height == expect.height}
    if expect.alpha is not None and decoded is not None:
        has, wanted = ("some" if alpha else "no" for alpha in (decoded.alpha, expect.alpha))
        yield {"text": f'"{path}" has {has} transparency, {wanted} is expected', "ok": decoded.alpha is expect.alpha}
