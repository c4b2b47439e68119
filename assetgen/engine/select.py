"""Which assets a command means: names, globs with `*` and `?`, and `tag:x`; and in which order a build begins with them.

Brackets are no sign of a glob: matrix names hold them.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fnmatch import translate
from re import compile as pattern

from assetgen.errors import UsageError
from assetgen.model import Asset
from assetgen.plan.states import AssetPlan


def select(words: Iterable[str], assets: Mapping[str, Asset]) -> frozenset[str]:
    """The names of the selected assets; all of them without a word. Raises UsageError for a word that selects nothing."""
    wanted = tuple(words)
    if not wanted:
        return frozenset(assets)
    return frozenset(name for word in wanted for name in _one(word, assets))


def _one(word: str, assets: Mapping[str, Asset]) -> list[str]:
    if word in assets:
        return [word]
    if word.startswith("tag:"):
        tag = word.removeprefix("tag:")
        found = [name for name, asset in assets.items() if tag in asset.tags]
        known = {tag for asset in assets.values() for tag in asset.tags}
    else:
        matches = pattern(translate(word.replace("[", "[[]"))).match
        found = [name for name, asset in assets.items() if matches(name) or asset.base == word]
        tag, known = word, {*assets, *(asset.base for asset in assets.values())}
    if not found:
        close = get_close_matches(tag, sorted(known), n=1)
        prefix = "tag:" if word.startswith("tag:") else ""
        raise UsageError(f'no asset is selected by "{word}"', hint=f"did you mean {prefix}{close[0]}" if close else "assetgen status")
    return found


def in_order(plans: Mapping[str, AssetPlan]) -> list[str]:
    """The names in the order in which a build begins with them: that of the plan, but model by model where one has to be loaded."""
    return sorted(plans, key=lambda name: _loaded(plans[name]))


def _loaded(planned: AssetPlan) -> str:
    return planned.asset.model if planned.offer is not None and planned.offer.traits.loads else ""
