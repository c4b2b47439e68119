"""Which model an asset means: its own, an alias of `[models]`, and which providers may serve it."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assetgen.manifest import paths
from assetgen.manifest.document import check_plain
from assetgen.manifest.draft import Draft
from assetgen.manifest.vocabulary import Vocabulary
from assetgen.manifest.words import Wrong, closest, did_you_mean, quoted
from assetgen.model import Json, param_file
from assetgen.providers import kind_of, owner_of
from assetgen.toml import bare

MANUAL = "manual"
DEFAULT = "sketch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A model with everything an alias adds to it."""

    model: str = DEFAULT
    provider: str | None = None
    via: tuple[str, ...] = ()
    params: Mapping[str, Json] = field(default_factory=dict)


def choose(draft: Draft, aliases: Mapping[str, Mapping[str, Any]], vocabulary: Vocabulary) -> Choice:
    """The model of an asset. An alias stands just beneath the table that names it: that table's values win, those it inherits do not."""
    own, fields = draft.own, draft.fields
    provider, via = _service(draft)
    model = fields.get("model")
    if provider == MANUAL and "model" not in own:
        model = MANUAL
    model = model or DEFAULT
    params = fields.get("params", {})
    alias = aliases.get(model)
    if alias is not None:
        params = {**_over(alias.get("params", {}), draft), **own.get("params", {})}
        unsaid = not {"provider", "via"} & own.keys() if "model" in own else provider is None and not via
        if unsaid and alias.keys() & {"provider", "via"}:
            provider, via = alias.get("provider"), alias.get("via", [])
    elif model not in vocabulary.models and provider is None and model != MANUAL:
        otherwise = 'name its provider as well, such as provider = "replicate"'
        near = closest(model, [*vocabulary.models, *aliases])
        draft.wrong(("model",), Wrong(f"unknown model {quoted(model)}", hint=f'did you mean "{near}"?' if near else otherwise))
    for name in ("provider", "via"):
        for wrong in _check_service(fields, name, vocabulary):
            draft.wrong((name,), wrong)
    for wrong in check_plain(fields.get("params", {})):
        draft.wrong(("params",), wrong)
    for wrong in _check_files(params):
        draft.wrong(("params",), wrong)
    return Choice(model=(alias or {}).get("use", model), provider=provider, via=tuple(via), params=params)


def _check_files(params: Mapping[str, Json]) -> Iterable[Wrong]:
    """Files that parameters name must lie in the project."""
    for path in filter(None, map(param_file, params.values())):
        try:
            paths.check(path)
        except Wrong as wrong:
            yield wrong


def check_alias(name: str, alias: Mapping[str, Any], models: Mapping[str, Any], vocabulary: Vocabulary, *, whole: bool) -> Iterable[Wrong]:
    """What is wrong with one entry of `[models]`; `whole` is false where a faulty key of it was taken out."""
    use = alias.get("use", name)
    if "use" in alias and use in models and use != name and use not in vocabulary.models:
        yield Wrong(f'"{use}" is an alias itself', hint="use the model that it means", below=("use",))
    elif use not in vocabulary.models and not {"provider", "id"} & alias.keys() and whole:
        if "use" in alias:
            hint = did_you_mean(use, vocabulary.models, 'name its provider as well, such as provider = "replicate"')
            yield Wrong(f"unknown model {quoted(use)}", hint=hint, below=("use",))
        else:
            yield Wrong(f'"{name}" is no model of the catalog, and "use" is missing', hint='use = "flux-dev"', key=True)
    if "provider" in alias and "via" in alias:
        yield _both(below=("via",))
    for key in ("provider", "via"):
        for wrong in _check_service(alias, key, vocabulary):
            wrong.below = (key, *wrong.below)
            yield wrong
    for wrong in check_plain(alias.get("params", {})):
        wrong.below = ("params", *wrong.below)
        yield wrong


def check_draft(name: str, aliases: Collection[str], vocabulary: Vocabulary) -> Wrong | None:
    """What is wrong with the model that draws drafts. It is asked without a provider, so that it must be known by itself."""
    if name == MANUAL:
        return Wrong(f'"{MANUAL}" draws nothing by itself', hint=f'draft = "{DEFAULT}"')
    if name in vocabulary.models or name in aliases:
        return None
    otherwise = f'give it an entry, such as models.{bare(name)} = {{ use = "...", provider = "replicate" }}'
    return Wrong(f"unknown model {quoted(name)}", hint=did_you_mean(name, [*vocabulary.models, *aliases], otherwise))


def _over(params: Mapping[str, Json], draft: Draft) -> dict[str, Json]:
    inherited = draft.fields.get("params", {})
    return {**inherited, **params} if "model" in draft.own else {**params, **inherited}


def _service(draft: Draft) -> tuple[str | None, list[str]]:
    """`provider` and `via` exclude one another; what the asset says itself goes before what it inherits."""
    own, provider, via = draft.own, draft.fields.get("provider"), draft.fields.get("via", [])
    if provider and via:
        if ("provider" in own) == ("via" in own):
            draft.wrong(("via",), _both())
        elif "provider" in own:
            via = []
        else:
            provider = None
    return provider, via


def _both(below: tuple[str, ...] = ()) -> Wrong:
    return Wrong(
        '"provider" and "via" exclude one another', hint="provider asks one, via is an order of several: remove one", below=below, key=True
    )


def _check_service(table: Mapping[str, Any], key: str, vocabulary: Vocabulary) -> Iterable[Wrong]:
    names = table.get(key, [])
    for index, name in enumerate([names] if isinstance(names, str) else names):
        below = () if isinstance(names, str) else (index,)
        if kind_of(name) == "file":
            yield Wrong('"file" draws nothing from a prompt', hint='file = "art/hero.png", without a provider', below=below)
        elif (wrong := _check_name(name, vocabulary.providers)) is not None:
            wrong.below = below
            yield wrong


def _check_name(name: str, providers: Collection[str]) -> Wrong | None:
    """What is wrong with the name of a provider, or with that of another server of one, such as "openai:localai"."""
    kind, colon, own = name.partition(":")
    if kind not in providers:
        return Wrong(f"unknown provider {quoted(name)}", hint=did_you_mean(kind, providers))
    plain = re.sub(r"[^a-z0-9_-]+", "-", own.lower()).strip("-_") or "my-server"
    hint = f'"{kind}:{plain if owner_of(plain, providers) is None else f"my-{plain}"}"'
    if colon and kind_of(name) == name:
        rule = f'after "{kind}:" comes a word of a-z, 0-9, "-" and "_" that begins with a letter or a digit'
        return Wrong(f"{quoted(name)} is no name of a server: {rule}", hint=hint)
    owner = owner_of(own, providers) if colon else None
    return None if owner is None else Wrong(f'{quoted(name)} would be sent the keys of the provider "{owner}"', hint=hint)
