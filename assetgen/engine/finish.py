"""Makes an asset's outputs from its original: free, repeatable local work. Runs on a local thread; touches only output files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assetgen import digest
from assetgen.decode.pool import ACCEPTED
from assetgen.engine import originals
from assetgen.engine.materials import Materials
from assetgen.errors import AssetgenError, Changed, Unexpected
from assetgen.lockfile import Original, Written
from assetgen.model import Expect
from assetgen.plan.outputs import keep_or_replace
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
    stored = _stored(materials, planned)
    todo = [output for output in planned.outputs if output.state is not OutputState.FRESH and output.output.path not in stored]
    made = dict(zip((output.output.path for output in todo), _render(materials, planned, todo), strict=True)) if todo else {}
    done: list[Written] = []
    writes: list[tuple[str, bytes]] = []
    for output in planned.outputs:
        path = output.output.path
        rendered = made.get(path)
        if rendered is not None:
            done.append(_rendered(planned, output, rendered))
        else:
            done.append(replace(_locked(planned, output), path=path, removed=False))
        data = rendered.data if rendered is not None else stored.get(path)
        if data is not None:
            writes.append((path, data))
    return Finished(outputs=tuple(done), changed=tuple(_write(materials, planned, writes)), original=first_seen)


def _write(materials: Materials, planned: AssetPlan, writes: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """Put the outputs in their places; yields those that changed. Raises Changed for one that somebody has edited since the plan."""
    project = materials.workspace.project
    try:
        for path, data in writes:
            materials.workspace.store.put(data)
            project.check_unedited(path)
        for path, data in writes:
            if project.replace(path, data):
                yield path
    except Changed as error:
        error.hint = keep_or_replace(planned.name)
        raise


def _file_original(materials: Materials, planned: AssetPlan) -> Original | None:
    """The record of a `file` asset's picture, if the lock has none for these bytes."""
    locked = planned.block.original if planned.block is not None else None
    if planned.asset.file is None or planned.chosen is None or (locked is not None and locked.sha256 == planned.chosen):
        return None
    data = materials.workspace.project.read_seen(planned.asset.file)
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


def _stored(materials: Materials, planned: AssetPlan) -> dict[str, bytes]:
    """The bytes of the outputs to restore. One whose bytes are found damaged is made again from the original, unless somebody edited it."""
    found: dict[str, bytes] = {}
    for output in planned.outputs:
        if output.state is not OutputState.RESTORE:
            continue
        path, locked = output.output.path, _locked(planned, output)
        data = materials.facts.bytes(locked.sha256)
        if data is not None:
            found[path] = data
        elif locked.edited:
            message = f'the stored bytes of "{path}", which was edited by hand, are damaged'
            raise AssetgenError(message, hint=f"put your file back; or, to have it made from the original: assetgen build {planned.name}")
    return found


def _locked(planned: AssetPlan, output: OutputPlan) -> Written:
    """What the lock says of an output, which may have stood under another path."""
    assert planned.block is not None
    twin = planned.block.output(output.output.path) if output.state is OutputState.FRESH else None
    return twin or next(one for one in planned.block.outputs if one.sha256 == output.sha256 and one.finish == output.finish)


def _rendered(planned: AssetPlan, output: OutputPlan, made: Rendered) -> Written:
    """What the lock will say of an output that was made just now."""
    path = output.output.path
    _check(planned.asset.expect, path, made)
    return Written(
        path=path,
        sha256=digest.of_bytes(made.data),
        bytes=len(made.data),
        width=made.width,
        height=made.height,
        finish=dict(output.finish),
    )


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
