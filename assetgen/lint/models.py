"""Rules about the model that is asked: whether it lasts, whether it takes what is asked for, and what that costs."""

import re
from collections.abc import Callable, Iterator

from assetgen.catalog import check_params
from assetgen.catalog.fitting import alpha_param, asks_alpha
from assetgen.lint import Finding, Rule, View, rule
from assetgen.lint.where import at
from assetgen.model import Asset

_UNPINNED = re.compile(r"[\w.-]+/[\w.-]+")


def _ends(kind: str, asset: Asset, view: View) -> Iterator[Finding]:
    model = view.model(asset)
    found = view.catalog.lifecycle(model, view.today) if model is not None else None
    if model is None or found is None or found.kind != kind:
        return
    new = found.replaced_by[0] if found.replaced_by else ""
    yield Finding(message=found.message, place=at(asset, "model"), hint=f"assetgen migrate {model.id} {new}" if new else "")


@rule("AG101", "retired-model")
def retired(asset: Asset, view: View) -> Iterator[Finding]:
    """The model is gone: requests fail. Assets that are built stay valid until their request changes."""
    yield from _ends("retired", asset, view)


@rule("AG102", "ending-model")
def ending(asset: Asset, view: View) -> Iterator[Finding]:
    """The day is announced on which the model is switched off."""
    yield from _ends("ending", asset, view)


@rule("AG103", "superseded-model")
def superseded(asset: Asset, view: View) -> Iterator[Finding]:
    """Its maker has a newer model of the same kind."""
    yield from _ends("superseded", asset, view)


@rule("AG104", "refused-request", "error")
def refused(asset: Asset, view: View) -> Iterator[Finding]:
    """No provider can serve the asset as it is written, or a policy forbids it. `plan` blocks it for the same reason.

    Whether a local model lies on this machine is no finding: `doctor` tells that.
    """
    problem = view.offer(asset).problem
    if problem is not None:
        yield Finding(message=problem.text, place=at(asset, "model"), hint=problem.hint)


_IGNORED = {
    "seed": (("seed",), '"{model}" takes no seed, so each picture is another one'),
    "negative": (("negative", "style"), '"{model}" takes no negative prompt, so nothing is kept out of the picture'),
    "alpha": (("expect.alpha", "params", "model"), '"{model}" draws no transparency, and no step of post makes any'),
    "ratio": (("size",), '"{model}" has no size of the shape {size}: the picture is {offered}'),
}


def _ignores(field: str) -> Callable[[Asset, View], Iterator[Finding]]:
    fields, text = _IGNORED[field]

    def check(asset: Asset, view: View) -> Iterator[Finding]:
        offer = view.offer(asset)
        if field in offer.unhonoured:
            message = text.format(model=asset.model, size=asset.size, offered=offer.size)
            yield Finding(message=message, place=at(asset, *fields), hint=view.instead(asset, None, ""))

    return check


def _ignoring(code: str, field: str, text: str) -> Rule:
    return Rule(code=code, name=f"{field}-ignored", text=text, of_asset=_ignores(field))


seed = _ignoring("AG105", "seed", "A seed for a model that takes none changes nothing: the picture is another one each time.")
negative = _ignoring("AG106", "negative", "A negative prompt for a model that takes none, from the asset or from its style, is not sent.")
alpha = _ignoring("AG107", "alpha", "Transparency is expected of a model that draws none, and no step of `post` makes any.")
ratio = _ignoring("AG108", "ratio", "The model offers no size of the shape that is asked for, and draws the nearest one.")


@rule("AG109", "alpha-not-asked")
def alpha_not_asked(asset: Asset, view: View) -> Iterator[Finding]:
    """Transparency is expected, and the model draws it only where a parameter asks for it."""
    model, provider = view.model(asset), view.provider(asset)
    if model is None or asset.expect.alpha is not True or not model.supports_at(provider).alpha:
        return
    wanted = alpha_param(model.params_at(provider).items())
    if wanted is not None and not asks_alpha(asset.params.items()):
        name, value = wanted
        shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
        message = f'"{asset.model}" draws transparency only with {name} = {shown}'
        yield Finding(message=message, place=at(asset, "expect.alpha"), hint=f"params = {{ {name} = {shown} }}")


@rule("AG110", "unknown-parameter")
def unknown_parameter(asset: Asset, view: View) -> Iterator[Finding]:
    """The catalog knows no such parameter of this model. It is sent as it is."""
    model, provider = view.model(asset), view.provider(asset)
    for problem in check_params(model, asset.params, provider) if model is not None and provider is not None else ():
        if problem.severity == "warning":
            yield Finding(message=problem.message, place=at(asset, f"params.{problem.param}", "model"), hint=problem.hint)


@rule("AG111", "unpinned-version")
def unpinned(asset: Asset, view: View) -> Iterator[Finding]:
    """A model that the catalog does not know is named as `owner/name`: the next request may reach another version of it."""
    if view.model(asset) is None and view.provider(asset) == "replicate" and _UNPINNED.fullmatch(asset.model):
        message = f'"{asset.model}" names no version, so a later request may reach another one'
        yield Finding(message=message, place=at(asset, "model"), hint=f'model = "{asset.model}:VERSION"')


@rule("AG112", "price-unknown")
def price_unknown(asset: Asset, view: View) -> Iterator[Finding]:
    """There is a budget, `policy.max_cost`, and no price: the asset will be blocked, since an unknown price counts as over it."""
    offer = view.offer(asset)
    if view.manifest.policy.max_cost is None or offer.problem is not None or offer.price is not None:
        return
    message = f'no price is known for "{asset.model}", and policy.max_cost is {view.manifest.policy.max_cost:g}'
    name = f'"{asset.model}"' if re.search(r"[^\w-]", asset.model) else asset.model
    price = f"models.{name}.price = {{ {view.provider(asset)} = 0.04 }}"
    yield Finding(message=message, place=at(asset, "model"), hint=f"what a picture costs: {offer.cure or price}")


@rule("AG113", "same-candidates")
def same_candidates(asset: Asset, view: View) -> Iterator[Finding]:
    """Several candidates of a provider that repeats itself, without a seed that differs from one to the next: they are all alike."""
    if asset.candidates > 1 and asset.seed is None and view.offer(asset).traits.repeatable:
        message = f'without a seed "{asset.model}" draws the same picture {asset.candidates} times'
        yield Finding(message=message, place=at(asset, "candidates"), hint="seed = 1")


RULES = (
    *(retired, ending, superseded, refused, seed, negative, alpha, ratio),
    *(alpha_not_asked, unknown_parameter, unpinned, price_unknown, same_candidates),
)
