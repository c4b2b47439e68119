"""Rules about what is written in a prompt, given what the model makes of it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from assetgen.catalog import Model
from assetgen.catalog.fitting import wanted
from assetgen.lint import Finding, View, rule
from assetgen.lint.where import at, within
from assetgen.model import Asset

# A mark behind a digit means inches, and one before a shortened word ('n', '90s) quotes nothing.
_SHORTENED = r"(?!n'|\d\ds\b|(?:til|em|tis|twas|cause|bout)\b)"
_QUOTED = re.compile(
    r'(?<!\d)"[^"\n]+"|“[^”\n]+”|„[^“”\n]+[“”]|«[^»\n]+»'
    rf"|(?<!\w)'{_SHORTENED}(?!\s)(?:[^'\n]|'n'|(?<=\w)'(?=\w))+?(?<!\s)'(?!\w)"
)
_BEFORE = "the|an?|any|all|some|other|its|his|her|their|my|your|our"
_ARTICLE = rf"(?:(?:{_BEFORE})\s+)*"
# What stands behind "no" or "without" in a manner of speaking, and names nothing that could be seen.
_IDIOM = (
    rf"(?!(?:{_BEFORE}|no|not|without|one|longer|more|less|matter|doubt|equals?|match|rivals?|peers?|limits?|end|fail|wonder|question"
    r"|time|way|need|problem|than|signs?|traces?|hint|smoking|parking|entry|exit|it|them|him|her|this|that|these|those|being|having)\b|\d)"
)
_THING = rf"{_ARTICLE}{_IDIOM}[^\W\d_][\w-]*+(?!['\u2019]\w)"
_AND = r"\s+(?:or|and)\s+"
_NEGATIVE = re.compile(
    r"\b(?:no|without|avoid(?:ing)?|exclud(?:e|ing)|do not (?:show|include)|don't (?:show|include))\s+"
    rf"(?P<what>{_THING}(?:{_AND}{_THING})*)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\w+|[^\w\s]")


def _things(what: str) -> str:
    """What is named there, without articles: "the people or a car" is "people, car"."""
    return ", ".join(re.sub(f"^{_ARTICLE}", "", thing, flags=re.IGNORECASE) for thing in re.split(_AND, what, flags=re.IGNORECASE))


def _draws(model: Model | None) -> bool:
    """Whether a model is known and draws what it is asked for; a placeholder does not."""
    return model is not None and "placeholder" not in model.strengths and bool(model.strengths)


@rule("AG201", "quoted-text")
def quoted_text(asset: Asset, view: View) -> Iterator[Finding]:
    """The prompt has a text in quotes, which most models take as letters to draw, and this one is poor at letters."""
    model = view.model(asset)
    found = _QUOTED.search(asset.subject)
    if model is None or not _draws(model) or "text" in model.strengths or found is None:
        return
    place = within(at(asset, "prompt"), found[0][1:-1])
    message = f'"{asset.model}" is poor at letters, and the prompt asks for "{found[0][1:-1]}"'
    hint = view.instead(asset, None, "text") or '{ op = "text", text = "…" } in post writes letters that no model has to draw'
    yield Finding(message=message, place=place, hint=hint)


@rule("AG202", "negative-words")
def negative_words(asset: Asset, view: View) -> Iterator[Finding]:
    """The prompt says what shall not be seen. Models draw what they read of: it belongs into `negative`, if the model takes one."""
    model = view.model(asset)
    if model is None or not _draws(model):
        return
    takes = model.supports_at(view.provider(asset)).negative
    for found in _NEGATIVE.finditer(asset.subject):
        place = within(at(asset, "prompt"), found[0])
        if takes:
            message = f'"{found[0]}" belongs into the negative prompt, which "{asset.model}" takes'
            hint = ", ".join(part for part in (asset.negative, _things(found["what"])) if part)
            yield Finding(message=message, place=place, hint=f'negative = "{hint}"')
        else:
            message = f'"{asset.model}" takes no negative prompt, and "{found[0]}" may bring {_things(found["what"])} in'
            better = view.instead(asset, replace(wanted(asset), negative=True), "")
            other = f', or {better} and negative = "{_things(found["what"])}"' if better else ""
            yield Finding(message=message, place=place, hint=f"say what is seen instead{other}")


@rule("AG203", "prompt-too-long", "error")
def too_long(asset: Asset, view: View) -> Iterator[Finding]:
    """The prompt, or the negative one, has more characters than the model takes."""
    model = view.model(asset)
    limit = model.prompt_limit if model is not None else None
    for field, text in (("prompt", asset.prompt), ("negative", asset.negative)):
        if limit is not None and len(text) > limit:
            message = f'the {field} has {len(text)} characters, and "{asset.model}" takes {limit}'
            yield Finding(message=message, place=at(asset, field, "style"), hint=f"shorten it by {len(text) - limit} characters")


@rule("AG204", "prompt-cut")
def cut(asset: Asset, view: View) -> Iterator[Finding]:
    """The prompt has more words than the text encoder of the model reads: what stands at its end is ignored."""
    model = view.model(asset)
    limit = model.prompt_tokens if model is not None else None
    words = len(_TOKEN.findall(asset.prompt))
    if limit is not None and words > limit:
        message = f'the prompt has at least {words} tokens, and "{asset.model}" reads {limit}'
        yield Finding(message=message, place=at(asset, "prompt", "style"), hint=f"shorten it to fewer than {limit} words")


@rule("AG205", "provider-remark")
def remark(asset: Asset, view: View) -> Iterator[Finding]:
    """The provider that would be asked takes the request and has something to say of it."""
    for text in view.remarks(asset):
        yield Finding(message=text, place=at(asset, "model"))


RULES = (quoted_text, negative_words, too_long, cut, remark)
