"""Makes an asset's outputs from its original: free, repeatable local work. Runs on a local thread; touches only output files."""

from dataclasses import dataclass

from assetgen import digest
from assetgen.decode.pool import ACCEPTED
from assetgen.engine import originals
from assetgen.engine.materials import Materials
from assetgen.errors import AssetgenError, Unexpected
from assetgen.lockfile import Original, Written
from assetgen.model import Expect
from assetgen.plan.states import AssetPlan, OutputPlan, OutputState
from assetgen.post.pipeline import Rendered, Rendering, render

FILE_FORMATS = ACCEPTED | {"gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """All outputs of an asset as they are now, those whose bytes changed, and the original's record where it was first looked at."""

    outputs: tuple[Written, ...]
    changed: tuple[str, ...]
    original: Original | None = None


def finish(materials: Materials, planned: AssetPlan) -> Finished:
    """Restore or render what the plan says; nothing is written before every output of the asset is made and checked."""
    first_seen = _file_original(materials, planned)
    todo = [output for output in planned.outputs if output.state is OutputState.FINISH]
    made = dict(zip((output.output.path for output in todo), _render(materials, planned, todo), strict=True)) if todo else {}
    done: list[Written] = []
    writes: list[tuple[str, bytes]] = []
    for output in planned.outputs:
        written, data = _one(materials, planned, output, made.get(output.output.path))
        done.append(written)
        if data is not None:
            writes.append((written.path, data))
    changed: list[str] = []
    for path, data in writes:
        materials.workspace.store.put(data)
        if materials.workspace.project.write(path, data):
            changed.append(path)
    return Finished(outputs=tuple(done), changed=tuple(changed), original=first_seen)


def _file_original(materials: Materials, planned: AssetPlan) -> Original | None:
    """The record of a `file` asset's picture, if the lock has none for these bytes."""
    locked = planned.block.original if planned.block is not None else None
    if planned.asset.file is None or planned.chosen is None or (locked is not None and locked.sha256 == planned.chosen):
        return None
    data = materials.workspace.project.read(planned.asset.file)
    _, record = originals.found(materials.workspace, data, provider="file", sha256=planned.chosen, formats=FILE_FORMATS)
    return record


def _render(materials: Materials, planned: AssetPlan, todo: list[OutputPlan]) -> list[Rendered]:
    ops = materials.workspace.ops
    renderings = [
        Rendering(
            steps=tuple((ops[step.op], step.params) for step in output.output.steps),
            width=output.output.width,
            format=output.output.format,
            encode=output.output.encode,
            source=_text(output.finish.get("source")),
            placeholder=output.finish.get("placeholder") is True,
        )
        for output in todo
    ]
    return render(materials.original(planned), renderings, materials.files(planned))


def _one(materials: Materials, planned: AssetPlan, output: OutputPlan, made: Rendered | None) -> tuple[Written, bytes | None]:
    """What the lock will say of one output, and the bytes to write if there are any."""
    block, path = planned.block, output.output.path
    if made is not None:
        _check(planned.asset.expect, path, made)
        written = Written(
            path=path,
            sha256=digest.of_bytes(made.data),
            bytes=len(made.data),
            width=made.width,
            height=made.height,
            finish=dict(output.finish),
        )
        return written, made.data
    assert block is not None
    twin = block.output(path) if output.state is OutputState.FRESH else None
    locked = twin or next(one for one in block.outputs if one.sha256 == output.sha256 and one.finish == output.finish)
    again = Written(
        path=path,
        sha256=locked.sha256,
        bytes=locked.bytes,
        width=locked.width,
        height=locked.height,
        finish=locked.finish,
        edited=locked.edited,
    )
    if output.state is OutputState.FRESH:
        return again, None
    data = materials.facts.bytes(locked.sha256)
    if data is None:
        raise AssetgenError(f'the stored bytes of "{path}" are damaged', hint=f"assetgen build {planned.name}")
    return again, data


def _check(expect: Expect, path: str, made: Rendered) -> None:
    """Hold an output against `expect`. Raises Unexpected before anything is written."""
    wanted = [
        (expect.alpha is not None and made.alpha != expect.alpha, "transparency" if expect.alpha else "no transparency", "alpha"),
        (expect.max_bytes is not None and len(made.data) > expect.max_bytes, f"at most {expect.max_bytes} bytes", "max_bytes"),
        (expect.width is not None and made.width != expect.width, f"a width of {expect.width}", "width"),
        (expect.height is not None and made.height != expect.height, f"a height of {expect.height}", "height"),
    ]
    for broken, what, key in wanted:
        if broken:
            alpha = "with" if made.alpha else "without"
            is_ = f"{made.width}x{made.height}, {len(made.data)} bytes, {alpha} transparency"
            raise Unexpected(f'"{path}" is {is_}, and {what} is expected', hint=f"change the output, or expect.{key}")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
