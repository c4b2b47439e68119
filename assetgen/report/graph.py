"""The graph of assets as a tree of text, as DOT and as Mermaid. An arrow runs from an asset to what is made from it."""

import json
from collections.abc import Iterator, Mapping, Sequence

from assetgen.model import Asset
from assetgen.plan.graph import downstream, upstream


def tree(assets: Mapping[str, Asset], names: Sequence[str]) -> Iterator[str]:
    """Lines: what is made from nothing, and under each what is made from it. What was shown before is not unfolded again."""
    wanted = frozenset(names)
    below = {name: [each for each in under if each in wanted] for name, under in downstream(assets).items()}
    seen: set[str] = set()
    for name in names:
        if not any(above in wanted for above in upstream(assets[name])):
            yield from _branch(name, below, seen)


def dot(assets: Mapping[str, Asset], names: Sequence[str]) -> Iterator[str]:
    """Graphviz."""
    yield "digraph assetgen {"
    yield "  rankdir=LR"
    for name in names:
        yield f"  {_quoted(name)}"
    for above, name in edges(assets, names):
        yield f"  {_quoted(above)} -> {_quoted(name)}"
    yield "}"


def mermaid(assets: Mapping[str, Asset], names: Sequence[str]) -> Iterator[str]:
    """Mermaid, as Markdown renderers draw it; names become labels, since brackets mean something there."""
    yield "flowchart LR"
    ids = {name: f"a{number}" for number, name in enumerate(names)}
    for name, id_ in ids.items():
        label = name.replace("&", "&amp;").replace('"', "&quot;")
        yield f'  {id_}["{label}"]'
    for above, name in edges(assets, names):
        yield f"  {ids[above]} --> {ids[name]}"


def edges(assets: Mapping[str, Asset], names: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of an asset and one that refers to it, among these names."""
    wanted = frozenset(names)
    return [(above, name) for name in names for above in upstream(assets[name]) if above in wanted]


def _branch(top: str, below: Mapping[str, Sequence[str]], seen: set[str]) -> Iterator[str]:
    todo: list[tuple[str, str, str]] = [(top, "", "")]
    while todo:
        name, head, tail = todo.pop()
        again = name in seen and bool(below[name])
        yield f"{head}{name}{' (above)' if again else ''}"
        if name in seen:
            continue
        seen.add(name)
        last = len(below[name]) - 1
        children = [
            (child, f"{tail}{'└─ ' if index == last else '├─ '}", f"{tail}{'   ' if index == last else '│  '}")
            for index, child in enumerate(below[name])
        ]
        todo += reversed(children)


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
