"""Rules about the project as a whole: what is named and never used, what is said twice, what is left out."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from assetgen import recipe
from assetgen.lint import Finding, View, project_rule
from assetgen.lint.where import at
from assetgen.manifest.source import Source
from assetgen.model import Reference
from assetgen.toml import KeyPath


@project_rule("AG401", "alt-missing")
def alt_missing(view: View) -> Iterator[Finding]:
    """Other assets of the project have an `alt` text, and this one has none. `alt = ""` says that it is an ornament."""
    pictures = [asset for asset in view.manifest.assets.values() if asset.outputs and not _icon(asset.outputs[0].format)]
    if not any(asset.alt for asset in pictures):
        return
    for asset in pictures:
        if not asset.alt and asset.where.get("alt") is None:
            message = f'"{asset.base}" has no alt text, and other assets have one'
            yield Finding(
                message=message, place=at(asset), hint='alt = "what the picture shows", or "" for an ornament', assets=(asset.name,)
            )


@project_rule("AG402", "unused-style")
def unused_style(view: View) -> Iterator[Finding]:
    """A style that no asset applies."""
    used = {name for _, _, table in _assets(view) for name in _listed(table.get("style", []))}
    yield from _unused(view, "styles", lambda name: name in used, "no asset applies the style")


@project_rule("AG403", "unused-variable")
def unused_variable(view: View) -> Iterator[Finding]:
    """A variable that stands in no text."""
    yield from _unused(
        view, "variables", lambda name: any(f"{{{name}}}" in source.locator.text for source in view.sources), "no text has the variable"
    )


@project_rule("AG404", "unused-model")
def unused_model(view: View) -> Iterator[Finding]:
    """An entry of `[models]` that neither an asset nor `watch.draft` asks for, as an alias or as the model that it describes."""
    named = {str(model) for _, _, table in _assets(view) for model in _models(table)}
    reached = named | {asset.model for asset in view.manifest.assets.values()} | {view.manifest.watch.draft}
    yield from _unused(view, "models", lambda name: name in reached, "no asset asks for the model")


@project_rule("AG405", "same-request")
def same_request(view: View) -> Iterator[Finding]:
    """Two assets ask for exactly the same picture. It is bought once, and both show it, which may not be what is meant."""
    first: dict[str, str] = {}
    for asset in view.manifest.assets.values():
        if not asset.generated:
            continue
        key = recipe.gen_key(recipe.request(asset, _Names()))
        other = first.setdefault(key, asset.name)
        if other != asset.name:
            message = f'"{asset.name}" asks for the same picture as "{other}": it is bought once'
            hint = f"make it an output of {other}, or give it a prompt or a seed of its own"
            yield Finding(message=message, place=at(asset, "prompt"), hint=hint, assets=(asset.name,))


@project_rule("AG406", "style-twice")
def style_twice(view: View) -> Iterator[Finding]:
    """A style stands twice in one list, so that its words stand twice in the prompt."""
    for source, path, table in _assets(view):
        yield from _twice(source, (*path, "style"), _listed(table.get("style", [])), "the style")


@project_rule("AG407", "tags")
def tags(view: View) -> Iterator[Finding]:
    """A list of tags that is empty, or that has a tag twice."""
    for source, path, table in _assets(view):
        given = table.get("tags")
        if given == []:
            yield Finding(message="there is no tag in it", place=source.locator.place((*path, "tags"), key=True), hint="remove tags")
        yield from _twice(source, (*path, "tags"), given or [], "the tag")


RULES = (alt_missing, unused_style, unused_variable, unused_model, same_request, style_twice, tags)


class _Names(dict[Reference, str]):
    """Stands for the contents of references: equal references have equal contents, and nothing is read."""

    def __missing__(self, key: Reference) -> str:
        return repr(key)


def _icon(format_: str) -> bool:
    return format_ == "ico"


def _assets(view: View) -> Iterator[tuple[Source, KeyPath, Mapping[str, Any]]]:
    """Every table that has fields of an asset, as it was written."""
    for source in view.sources:
        for name, table in source.data.get("assets", {}).items():
            yield source, ("assets", name), table
        if "defaults" in source.data:
            yield source, ("defaults",), source.data["defaults"]


def _models(table: Mapping[str, Any]) -> Iterator[Any]:
    yield table.get("model")
    for edit in table.get("edits", []):
        if isinstance(edit, dict):
            yield edit.get("model")


def _unused(view: View, table: str, used: Callable[[str], bool], text: str) -> Iterator[Finding]:
    for source in view.sources:
        for name in source.data.get(table, {}):
            if not used(name):
                place = source.locator.place((table, name), key=True)
                yield Finding(message=f'{text} "{name}"', place=place, hint="remove it")


def _twice(source: Source, path: KeyPath, given: list[str], what: str) -> Iterator[Finding]:
    for index, name in enumerate(given):
        if name in given[:index]:
            yield Finding(message=f'{what} "{name}" stands twice', place=source.locator.place((*path, index)), hint="remove one of the two")


def _listed(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else given
