"""References between assets: "@name" to a name that exists, and no circles."""

from collections.abc import Iterable, Mapping

from assetgen.manifest import paths
from assetgen.manifest.draft import Draft
from assetgen.manifest.matrix import expanded
from assetgen.manifest.text import render
from assetgen.manifest.words import Wrong, closest
from assetgen.model import Asset, Local, Reference, Upstream


def read(text: str, draft: Draft, variant: Mapping[str, str], scope: Mapping[str, str], names: Mapping[str, list[str]]) -> Reference:
    """One entry of `references`, or a mask; raises `Wrong`."""
    text = render(text, scope)
    if not text.startswith("@"):
        return Local(paths.check(text))
    name = text[1:]
    base = name.partition("[")[0]
    variants = names.get(base, [])
    if name in variants:
        return Upstream(name)
    if name == base and variants:
        dimensions = {key: variant.get(key, "") for key in _dimensions(variants[0])}
        if (same := expanded(base, dimensions)) in variants:
            return Upstream(same)
        raise Wrong(f'"{text}" has a matrix; a reference names one variant', hint=_one_of(variants))
    if variants:
        raise Wrong(f'"{text}" is no variant of "{base}"', hint=_one_of(variants))
    near = closest(name, [each for each in names if each != draft.name])
    raise Wrong(
        f'no asset has the name "{name}"', hint=f'did you mean "@{near}"?' if near else "a file of the project is written without @"
    )


def _one_of(variants: list[str]) -> str:
    if len(variants) == 1 and "[" not in variants[0]:
        return f'write "@{variants[0]}"'
    shown = ", ".join(f'"@{each}"' for each in variants[:4])
    return f"{shown} and {len(variants) - 4} more" if len(variants) > 4 else shown


def _dimensions(name: str) -> list[str]:
    return [part.partition("=")[0] for part in name.partition("[")[2].rstrip("]").split(",") if part]


def circles(assets: Mapping[str, Asset]) -> Iterable[list[str]]:
    """Every circle of references that a walk in order of names meets, each once, its first name repeated at its end."""
    done: set[str] = set()
    for start in assets:
        if start in done or not any(_upstream(assets[start])):
            continue
        chain: dict[str, Iterable[str]] = {start: _upstream(assets[start])}
        while chain:
            name, rest = next(reversed(chain.items()))
            following = next(iter(rest), None)
            if following is None:
                done.add(name)
                del chain[name]
            elif following in chain:
                walked = list(chain)
                yield [*walked[walked.index(following) :], following]
            elif following not in done and following in assets:
                chain[following] = _upstream(assets[following])


def _upstream(asset: Asset) -> Iterable[str]:
    """The names an asset refers to, as an iterator that a walk can leave and take up again."""
    found = (*asset.references, asset.mask, *(control.image for control in asset.controls), *map(Upstream, asset.versions))
    return iter([reference.name for reference in found if isinstance(reference, Upstream)])
