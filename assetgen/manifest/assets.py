"""From a draft to assets: one for each variant, with every text rendered, every path checked, and styles and model resolved."""

from collections.abc import Iterator, Mapping

from assetgen.manifest import edits, inputs, models, outputs, paths, sizes, steps, styles
from assetgen.manifest.draft import Draft
from assetgen.manifest.matrix import expanded
from assetgen.manifest.text import render
from assetgen.manifest.words import Wrong, did_you_mean
from assetgen.manifest.world import World
from assetgen.model import Asset, Expect, Ratio, Size
from assetgen.toml import KeyPath

_NO_EXPECT = Expect()
_MODEL_KEYS = frozenset({"model", "provider", "via", "params"})


def build(draft: Draft, names: Mapping[str, list[str]], world: World) -> Iterator[Asset]:
    """The assets of a draft; faults go to where the draft reports them, and what they touch is left out."""
    fields = draft.fields
    choice = models.Choice() if "file" in fields else _choice(draft, world)
    size = read_size(draft)
    applied = read_styles(draft, world)
    expect = Expect(**fields["expect"]) if "expect" in fields else _NO_EXPECT
    for variant in draft.variants:
        scope = {**world.variables, **fields.get("variables", {}), **variant, "name": draft.name.partition(edits.MARK)[0]}
        post = steps.read(draft, ("post",), fields["post"], scope, world) if "post" in fields else ()
        subject, prompt, negative = _prompts(draft, applied, scope, world)
        given = inputs.read(draft, variant, scope, names)
        yield Asset(
            name=expanded(draft.name, variant) if variant else draft.name,
            base=draft.name,
            variant=variant,
            subject=subject,
            prompt=prompt,
            negative=negative,
            model=choice.model,
            provider=choice.provider,
            via=choice.via,
            params=choice.params,
            size=size,
            seed=fields.get("seed"),
            references=given.references,
            mask=given.mask,
            loras=given.loras,
            controls=given.controls,
            expand=given.expand,
            candidates=fields.get("candidates", 1),
            file=_file(draft, scope),
            versions=tuple(expanded(version, variant) for version in draft.versions),
            edited=expanded(draft.edited, variant) if draft.edited else "",
            outputs=() if draft.edited else outputs.expand(draft, size, post, scope, world),
            expect=expect,
            alt=_text(draft, ("alt",), fields.get("alt", ""), scope),
            tags=tuple(fields.get("tags", ())),
            protect=fields.get("protect", False),
            freeze=fields.get("freeze", False),
            where=draft.where,
        )


def _choice(draft: Draft, world: World) -> models.Choice:
    """The model; assets that say nothing of it themselves share one answer for each table of defaults."""
    if not _MODEL_KEYS.isdisjoint(draft.own):
        return models.choose(draft, world.models, world.vocabulary)
    fields = draft.fields
    key = (fields.get("model"), fields.get("provider"), id(fields.get("via")), id(fields.get("params")))
    if key not in world.choices:
        world.choices[key] = models.choose(draft, world.models, world.vocabulary)
    return world.choices[key]


def read_size(draft: Draft) -> Size | Ratio | None:
    """The size of the picture that is asked for."""
    fields, own = draft.fields, draft.own
    size, megapixels = fields.get("size"), fields.get("megapixels")
    if size is None:
        if "megapixels" in own and not draft.lost and own is not fields:
            draft.wrong(("megapixels",), Wrong('"megapixels" needs a ratio as size', hint='size = "16:9"', key=True))
        return None
    try:
        found = sizes.parse(size, megapixels)
    except Wrong as wrong:
        draft.wrong(("size",), wrong)
        return None
    if isinstance(found, Size) and "megapixels" in own:
        hint = 'remove it, or give a ratio as size, such as "16:9"'
        draft.wrong(("megapixels",), Wrong(f'"megapixels" has no meaning beside the size {found}', hint=hint, key=True))
    return found


def read_styles(draft: Draft, world: World) -> tuple[str, ...]:
    """The names of the styles an asset applies, in order; unknown ones are reported."""
    given: str | list[str] = draft.fields.get("style", [])
    several = isinstance(given, list)
    known = []
    for index, name in enumerate(given if isinstance(given, list) else [given]):
        if name in world.styles:
            known.append(name)
        else:
            path: KeyPath = ("style", index) if several else ("style",)
            draft.wrong(path, Wrong(f'unknown style "{name}"', hint=did_you_mean(name, world.styles, "define it: [styles.NAME]")))
    return tuple(known)


def _prompts(draft: Draft, applied: tuple[str, ...], scope: Mapping[str, str], world: World) -> tuple[str, str, str]:
    """The prompt before its styles, with them, and the negative prompt."""
    if "prompt" not in draft.fields:
        return "", "", ""
    prompt = subject = _text(draft, ("prompt",), draft.fields["prompt"], scope)
    negatives = [_text(draft, ("negative",), draft.fields["negative"], scope)] if "negative" in draft.fields else []
    for name in applied:
        style = world.styles[name]
        part = "prompt"
        try:
            prompt = styles.add(prompt, style, scope)
            part = "negative"
            negatives.append(render(style.negative, scope))
        except Wrong as wrong:
            world.faults.add(world.style_sources[name], ("styles", name, part), wrong)
    return subject, prompt, styles.join_negatives(negatives)


def _text(draft: Draft, path: KeyPath, text: str, scope: Mapping[str, str]) -> str:
    try:
        return render(text, scope)
    except Wrong as wrong:
        draft.wrong(path, wrong)
        return text


def _file(draft: Draft, scope: Mapping[str, str]) -> str | None:
    if "file" not in draft.fields:
        return None
    try:
        return paths.check(render(draft.fields["file"], scope))
    except Wrong as wrong:
        draft.wrong(("file",), wrong)
        return None
