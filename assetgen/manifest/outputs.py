"""From the entries of `outputs` to the files to write: one for each width and format, with a path that holds no placeholder any more."""

from collections.abc import Iterable, Mapping
from typing import Any

from assetgen.manifest import paths, steps
from assetgen.manifest.draft import Draft
from assetgen.manifest.text import render
from assetgen.manifest.words import Wrong, closest, did_you_mean, quoted
from assetgen.manifest.world import World
from assetgen.model import Output, Ratio, Size, Step
from assetgen.post.colours import EXPECTED, is_colour
from assetgen.post.colours import NAMES as COLOURS
from assetgen.post.formats import FORMATS, SUFFIXES
from assetgen.toml import KeyPath

_SETTINGS = ("quality", "effort", "lossless", "background", "subsampling", "sizes")
_FIXING = frozenset({"fit", "crop", "pad"})
_REASONS = {
    "prompt": "{prompt} stands in styles only",
    "format": 'add format = "webp", or formats = ["avif", "webp"]',
    "width": "add width = 600, or widths = [600, 1200]",
    "height": 'give size in pixels, or end post with { op = "fit", width = 1200, height = 630 }',
}


def expand(draft: Draft, size: Size | Ratio | None, post: tuple[Step, ...], scope: Mapping[str, str], world: World) -> tuple[Output, ...]:
    """All outputs of one variant; what is wrong is reported and left out."""
    if "outputs" not in draft.fields:
        return () if "outputs" in draft.lost else _default(draft, scope, post, world)
    made: list[Output] = []
    for index, entry in enumerate(draft.fields["outputs"]):
        path: KeyPath = ("outputs", index)
        if isinstance(entry, str) and "{" not in entry and "}" not in entry:
            made += _plain(draft, path, entry, post, world)
            continue
        table: dict[str, Any] = {"path": entry} if isinstance(entry, str) else entry
        if "path" not in table:
            draft.wrong(path, Wrong('"path" is missing', hint='{ path = "hero.webp", quality = 80 }'))
            continue
        own = steps.read(draft, (*path, "post"), table["post"], scope, world) if "post" in table else ()
        at = path if isinstance(entry, str) else (*path, "path")
        try:
            made += _files(table, fixed(size, post + own), scope, post + own, world)
        except Wrong as wrong:
            inside = wrong.below if not isinstance(entry, str) else ()
            wrong.below = ()
            draft.wrong(path + inside if inside else at, wrong)
    return tuple(made)


def fixed(size: Size | Ratio | None, post: tuple[Step, ...]) -> tuple[int | None, int | None]:
    """Width and height where they are known before anything is made: by the last step, or by a size in pixels."""
    if not post:
        return (size.width, size.height) if isinstance(size, Size) else (None, None)
    params = post[-1].params
    one_side = post[-1].op == "resize" and not {"width", "height"} <= params.keys()  # both together are a box to stay inside
    exact = post[-1].op in _FIXING or one_side
    width, height = (params.get(side) if exact else None for side in ("width", "height"))
    return (width if isinstance(width, int) else None, height if isinstance(height, int) else None)


def _plain(draft: Draft, at: KeyPath, path: str, post: tuple[Step, ...], world: World) -> tuple[Output, ...]:
    """The common case: a path that says everything."""
    try:
        return (Output(path=_path(path, world), format=_format(path, None, {}), steps=post),)
    except Wrong as wrong:
        draft.wrong(at, Wrong(wrong.message, hint=wrong.hint))
        return ()


def _default(draft: Draft, scope: Mapping[str, str], post: tuple[Step, ...], world: World) -> tuple[Output, ...]:
    values = "".join(f"-{scope[key]}" for key in draft.fields.get("matrix", ()) if key in scope)
    try:
        return (Output(path=_path(f"{draft.name}{values}.png", world), format="png", steps=post),)
    except Wrong as wrong:
        draft.wrong((), Wrong(wrong.message, hint='outputs = ["a-name.png"]', key=True))
        return ()


def _files(
    table: Mapping[str, Any],
    known: tuple[int | None, int | None],
    scope: Mapping[str, str],
    post: tuple[Step, ...],
    world: World,
) -> Iterable[Output]:
    for one, several in (("width", "widths"), ("format", "formats")):
        if one in table and several in table:
            raise Wrong(f'"{one}" and "{several}" exclude one another', hint="remove one of the two", below=(several,), key=True)
    for key in ("widths", "formats"):
        for index, value in enumerate(table.get(key, ())):
            if value in table[key][:index]:
                raise Wrong(f"{quoted(value)} stands twice", hint="remove one of the two", below=(key, index))
    widths: list[int | None] = table.get("widths") or [table.get("width")]
    formats: list[str | None] = table.get("formats") or [table.get("format")]
    made: dict[str, Output] = {}
    for width in widths:
        for written in formats:
            path = render(table["path"], {**scope, **_dimensions(known, width, written)}, _REASONS)
            format_ = _format(path, written, table)
            full = _path(path, world)
            if full in made:
                missing = "width" if len(widths) > 1 and "{width}" not in table["path"] else "format"
                raise Wrong(f'several outputs have the path "{path}"', hint=f"put {{{missing}}} into the path", below=("path",))
            encode = {key: table[key] for key in _SETTINGS if key in table and key in FORMATS[format_].settings}
            made[full] = Output(path=full, format=format_, width=width, encode=encode, steps=post)
    _check_settings(table, [output.format for output in made.values()])
    return made.values()


def _dimensions(known: tuple[int | None, int | None], width: int | None, format_: str | None) -> dict[str, str]:
    found: dict[str, str] = {} if format_ is None else {"format": format_}
    if width is None:
        return found | {side: str(value) for side, value in zip(("width", "height"), known, strict=True) if value is not None}
    found["width"] = str(width)
    if known[0] is not None and known[1] is not None:
        found["height"] = str(max(1, round(known[1] * width / known[0])))
    return found


def _format(path: str, written: str | None, table: Mapping[str, Any]) -> str:
    suffix = path.rpartition("/")[2].rpartition(".")[2].lower() if "." in path else ""
    if written is None:
        if suffix in SUFFIXES:
            return SUFFIXES[suffix]
        hint = (
            f'did you mean ".{near}"?'
            if (near := closest(suffix, SUFFIXES))
            else "suffixes are " + ", ".join(f".{each}" for each in SUFFIXES)
        )
        raise Wrong(f'the suffix of "{path}" names no format', hint=hint, below=("path",))
    format_ = written if written in FORMATS else SUFFIXES.get(written)
    if format_ is None:
        below: KeyPath = ("format",) if "format" in table else ("formats", table["formats"].index(written))
        raise Wrong(f"unknown format {quoted(written)}", hint=did_you_mean(written, FORMATS), below=below)
    if SUFFIXES.get(suffix, format_) != format_:
        hint = "put {format} into the path" if "formats" in table else f'write a suffix of {format_}: ".{FORMATS[format_].suffixes[0]}"'
        raise Wrong(f'"{path}" has the suffix of another format than {format_}', hint=hint, below=("path",))
    return format_


def _check_settings(table: Mapping[str, Any], formats: list[str]) -> None:
    allowed: set[str] = set().union(*(FORMATS[each].settings for each in formats))
    for key in _SETTINGS:
        if key in table and key not in allowed:
            names = " and ".join(dict.fromkeys(formats))
            hint = f"settings of {names}: {', '.join(sorted(allowed))}" if allowed else f"{names} takes no settings"
            raise Wrong(f'"{key}" is no setting of {names}', hint=hint, below=(key,), key=True)
    if "background" in table:
        colour = table["background"]
        if not is_colour(colour):
            near = closest(colour, COLOURS)
            hint = f'did you mean "{near}"?' if near else f"a colour is {EXPECTED}"
            raise Wrong(f"{quoted(colour)} is not a colour", hint=hint, below=("background",))


def _path(path: str, world: World) -> str:
    plain = paths.check(path)
    full = paths.check(plain if world.outputs == "." else f"{world.outputs}/{plain}")
    paths.check_writable(full)
    if full in world.files:
        raise Wrong(f'"{full}" would overwrite a file of the project')
    return full
