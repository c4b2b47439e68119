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


def renewed(names: Iterable[str], assets: Mapping[str, Asset]) -> frozenset[str]:
    """The assets to buy anew, by their exact names. Raises UsageError for a name of none, and for one that is not asked for."""
    again = tuple(names)
    unknown = [name for name in again if name not in assets]
    if unknown:
        raise UsageError(f'there is no asset "{unknown[0]}" to regenerate', hint="--regenerate takes an exact name; see assetgen status")
    # Of a protected one it means those of its versions that are stale.
    edited = [name for name in again if assets[name].versions and not assets[name].protect]
    if edited:
        versions = assets[edited[0]].versions
        hint = f"the last edit is {versions[-1]}, the picture before all edits is {versions[0]}"
        raise UsageError(f'"{edited[0]}" is made from its versions, not generated', hint=hint)
    frozen = [name for name in again if assets[name].freeze]
    if frozen:
        raise UsageError(f'"{frozen[0]}" is frozen', hint=f"remove freeze = true from [assets.{assets[frozen[0]].table}]")
    drawn = [name for name in again if assets[name].file is not None]
    if drawn:
        raise UsageError(f'"{drawn[0]}" is made from the file "{assets[drawn[0]].file}", not generated', hint="change the file")
    return frozenset(again)


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
