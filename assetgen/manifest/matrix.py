"""Names of assets, and the variants that a matrix makes of one."""

import itertools
import math
import re
from collections.abc import Mapping

from assetgen.manifest.words import Wrong, quoted

MAX_VARIANTS = 10_000
_NAME = re.compile(r"\w[\w.+-]*(?:/\w[\w.+-]*)*")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\[\]=,{}]")


def check_name(name: str) -> None:
    """Raise `Wrong` for a name that could not be told from a glob, a variant, a path or an option."""
    if not _NAME.fullmatch(name) or len(name) > 100:
        hint = 'letters, digits, ".", "+", "-", "_", and "/" for groups; at most 100'
        raise Wrong(f"{quoted(name)} cannot be the name of an asset", hint=hint, key=True)


def variants(matrix: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """Every combination, keys in the order they were written; raises `Wrong` for values that cannot be part of a name."""
    count = math.prod(len(values) for values in matrix.values())
    if count > MAX_VARIANTS:
        raise Wrong(f"the matrix makes {count} variants, more than {MAX_VARIANTS}", hint="split the asset, or take a dimension away")
    for key, values in matrix.items():
        seen: set[str] = set()
        for index, value in enumerate(values):
            if _FORBIDDEN.search(value):
                hint = "short words here; longer text goes into [variables] or a style"
                raise Wrong(f"{quoted(value)} holds one of [ ] {{ }} = , or a control character", hint=hint, below=(key, index))
            if value in seen:
                raise Wrong(f'"{value}" stands twice', below=(key, index))
            seen.add(value)
    return [dict(zip(matrix, combination, strict=True)) for combination in itertools.product(*matrix.values())]


def expanded(name: str, variant: Mapping[str, str]) -> str:
    """The name of a variant: `icon[size=s,theme=light]`."""
    return f"{name}[{','.join(f'{key}={value}' for key, value in variant.items())}]" if variant else name
