"""What can change the bytes of one asset, as plain dicts: the request (it costs money) and a finish for each output (it does not).

The dict that is hashed here is the dict the lock stores, so "why is it stale" is a difference of two dicts. Nothing else enters a key.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from assetgen import digest
from assetgen.model import Asset, Control, Json, Local, Lora, Output, Reference, Upstream, param_file
from assetgen.post import Op
from assetgen.post.formats import FORMATS


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field in which two dicts differ; None stands for a field that is absent."""

    field: str
    old: Json
    new: Json


def request(asset: Asset, content: Mapping[Reference, str]) -> dict[str, Json]:
    """What the user asks for. `content` maps every reference of the asset to the SHA-256 of its bytes.

    Fields left at their default are absent, and neither the provider nor anything of the catalog is in it: an upgrade makes nothing stale.
    """
    if asset.file is not None:
        return {"file": content[Local(asset.file)]}
    if asset.versions:
        return {"versions": [content[Upstream(name)] for name in asset.versions]}
    fields: dict[str, Json] = {"model": asset.model, "prompt": asset.prompt}
    if asset.negative:
        fields["negative"] = asset.negative
    if asset.params:
        fields["params"] = {name: _param(value, content) for name, value in asset.params.items()}
    if asset.size is not None:
        fields["size"] = str(asset.size)
    if asset.seed is not None:
        fields["seed"] = asset.seed
    if asset.references:
        fields["references"] = [content[reference] for reference in asset.references]
    if asset.mask is not None:
        fields["mask"] = content[asset.mask]
    if asset.loras:
        fields["loras"] = [_lora(lora, content) for lora in asset.loras]
    if asset.controls:
        fields["controls"] = [_control(control, content) for control in asset.controls]
    if asset.expand is not None:
        fields["expand"] = {side: pixels for side, pixels in asdict(asset.expand).items() if pixels}
    return _sorted(fields)


def gen_key(asked: Mapping[str, Json]) -> str:
    """The key of a request: 64 hexadecimal digits."""
    return digest.of_dict(dict(asked))


def finish(
    output: Output, *, original: str, ops: Mapping[str, Op], files: Mapping[str, str], source: str | None, placeholder: bool
) -> dict[str, Json]:
    """What turns the original into one output. `files` maps project paths that ops read to the SHA-256 of their bytes.

    The output's path is not in it: to rename a file is free.
    """
    known = FORMATS[output.format]
    fields: dict[str, Json] = {"encoder": known.version, "format": known.name, "original": original}
    if output.encode:
        fields["encode"] = dict(output.encode)
    if output.width is not None:
        fields["width"] = output.width
    if output.steps:
        fields["steps"] = [_step(ops[step.op], step.params, files) for step in output.steps]
    if source is not None:
        fields["source"] = source
    if placeholder:
        fields["placeholder"] = True
    return _sorted(fields)


def out_key(finished: Mapping[str, Json]) -> str:
    """The key of an output: 64 hexadecimal digits."""
    return digest.of_dict(dict(finished))


def changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> tuple[Change, ...]:
    """The fields in which two dicts differ, nested tables by dotted name, in alphabetical order."""
    found: list[Change] = []
    for field in sorted(old.keys() | new.keys()):
        before, after = old.get(field), new.get(field)
        if isinstance(before, dict) and isinstance(after, dict):
            found += [Change(field=f"{field}.{inner.field}", old=inner.old, new=inner.new) for inner in changes(before, after)]
        elif before != after:
            found.append(Change(field=field, old=before, new=after))
    return tuple(found)


def _param(value: Json, content: Mapping[Reference, str]) -> Json:
    path = param_file(value)
    return value if path is None else {"file": content[Local(path)]}


def _lora(lora: Lora, content: Mapping[Reference, str]) -> Json:
    fields: dict[str, Json] = {"id": lora.id} if lora.file is None else {"file": content[Local(lora.file)]}
    return fields if lora.scale == 1.0 else {**fields, "scale": lora.scale}


def _control(control: Control, content: Mapping[Reference, str]) -> Json:
    fields: dict[str, Json] = {"kind": control.kind, "image": content[control.image]}
    if control.scale is not None:
        fields["scale"] = control.scale
    return fields if control.model is None else {**fields, "model": control.model}


def _step(op: Op, params: Mapping[str, Json], files: Mapping[str, str]) -> Json:
    given = {name: files[str(value)] if name in op.files else value for name, value in params.items()}
    return {"op": op.name, "params": given, "version": op.version}


def _sorted(fields: dict[str, Json]) -> dict[str, Json]:
    ordered = digest.normal(fields)
    assert isinstance(ordered, dict)
    return ordered
