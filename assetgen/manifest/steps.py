"""The entries of `post`: known ops with valid parameters, placeholders filled in."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from assetgen.manifest import paths
from assetgen.manifest.document import check_plain
from assetgen.manifest.draft import Draft
from assetgen.manifest.text import render_all
from assetgen.manifest.words import Wrong, did_you_mean, kind, of_errors
from assetgen.manifest.world import World
from assetgen.model import Json, Step
from assetgen.post import Op
from assetgen.toml import KeyPath


def read(draft: Draft, path: KeyPath, tables: list[dict[str, Any]], scope: Mapping[str, str], world: World) -> tuple[Step, ...]:
    """The steps of one `post`; what is wrong with one of them is reported and the step left out."""
    steps = []
    for index, table in enumerate(tables):
        step = world.steps.get(id(table))
        if step is None:
            try:
                step = _step(table, scope, world.vocabulary.ops)
            except Wrong as wrong:
                draft.wrong((*path, index), wrong)
                continue
            except ExceptionGroup as several:
                for each in several.exceptions:
                    if isinstance(each, Wrong):
                        draft.wrong((*path, index), each)
                continue
            if not _varies(table):
                world.steps[id(table)] = step
        steps.append(step)
    return tuple(steps)


def _step(table: dict[str, Any], scope: Mapping[str, str], ops: Mapping[str, Op]) -> Step:
    name = table.get("op")
    if name is None:
        raise Wrong('"op" is missing', hint='{ op = "fit", width = 1200, height = 630 }')
    if not isinstance(name, str):
        raise Wrong(f"expected a string, found {kind(name)}", below=("op",))
    if name not in ops:
        raise Wrong(f'unknown op "{name}"', hint=did_you_mean(name, ops), below=("op",))
    given = {key: value for key, value in table.items() if key != "op"}
    if found := list(check_plain(given)):
        raise ExceptionGroup(name, found)
    return Step(op=name, params=_params(ops[name], render_all(given, scope)))


def _params(op: Op, given: Mapping[str, Json]) -> dict[str, Json]:
    known = [*op.model.model_fields]
    try:
        params = op.validate(given)
    except ValidationError as error:
        found = of_errors(error.errors(include_url=False), given, lambda _path: known)
        raise ExceptionGroup(op.name, found) from None
    for name in op.files & params.keys():
        try:
            params[name] = paths.check(str(params[name]))
        except Wrong as wrong:
            wrong.below = (name,)
            raise
    return params


def files(steps: Iterable[Step], ops: Mapping[str, Op]) -> Iterable[str]:
    """The paths of the project's files that the steps read."""
    return (str(step.params[name]) for step in steps for name in ops[step.op].files & step.params.keys())


def _varies(value: object) -> bool:
    """Whether a placeholder stands in any string of it."""
    match value:
        case str():
            return "{" in value or "}" in value
        case dict():
            return any(_varies(item) for item in value.values())
        case list():
            return any(_varies(item) for item in value)
        case _:
            return False
