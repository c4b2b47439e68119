"""One picture to draw, as it goes through the pipe to the process that draws it. Values only, and their form as a frame."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from assetgen.model import Json, Size
from assetgen.providers.diffusers.families import Kind
from assetgen.providers.diffusers.placement import Mode, Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A LoRA: its name in messages, how strongly it is laid over the model, and its file, or the bytes of one."""

    name: str
    scale: float
    path: str | None = None
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A picture that is followed, and the folder of the ControlNet that reads it."""

    kind: str
    folder: str
    scale: float | None
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to draw, with which model (see `places.Spot` for `folder`, `hub` and `revision`), and what the user's configuration says.

    `memory` is in bytes. `below` is the best mode that is tried, where memory has run out in those above it; `fallen` means one mode lower
    still, since the system has ended the process that tried. `mask` is white where the first of `references` is painted anew.
    """

    label: str
    folder: str | None
    hub: str | None
    revision: str | None
    cache: str
    kind: Kind
    prompt: str
    negative: str
    size: Size | None
    seed: int
    params: Mapping[str, Json] = field(default_factory=dict)
    loras: tuple[Layer, ...] = ()
    controls: tuple[Control, ...] = ()
    references: tuple[bytes, ...] = ()
    mask: bytes | None = None
    device: str | None = None
    memory: int | None = None
    placement: Mode | None = None
    below: Mode | None = None
    fallen: bool = False
    precision: Precision | None = None


def packed(task: Task) -> tuple[dict[str, Any], list[bytes]]:
    """The task as a frame: all bytes stand behind the head, in the order of LoRAs, controls, references, mask."""
    blobs = [*(one.data for one in task.loras), *(one.data for one in task.controls), *task.references]
    bare = replace(
        task,
        loras=tuple(replace(one, data=b"") for one in task.loras),
        controls=tuple(replace(one, data=b"") for one in task.controls),
        references=(),
        mask=None,
    )
    head = {
        **{one.name: getattr(bare, one.name) for one in fields(bare)},
        "size": None if task.size is None else [task.size.width, task.size.height],
        "params": dict(task.params),
        "loras": [{**asdict(one), "data": None} for one in bare.loras],
        "controls": [{**asdict(one), "data": None} for one in bare.controls],
        "masked": task.mask is not None,
    }
    return {**head, "do": "draw"}, [*blobs, *([task.mask] if task.mask is not None else [])]


def unpacked(head: Mapping[str, Any], blobs: Sequence[bytes]) -> Task:
    """The task of a frame."""
    given, left = dict(head), list(blobs)
    del given["do"]
    loras = tuple(Layer(**{**one, "data": left.pop(0)}) for one in given.pop("loras"))
    controls = tuple(Control(**{**one, "data": left.pop(0)}) for one in given.pop("controls"))
    mask = left.pop() if given.pop("masked") else None
    size = given.pop("size")
    return Task(
        **{**given, "loras": loras, "controls": controls, "references": tuple(left), "mask": mask},
        size=None if size is None else Size(*size),
    )
