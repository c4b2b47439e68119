"""docs/manifest.md from the typed dicts of `assetgen.manifest.schema` and the built-in styles."""

import json
import re

from assetgen.manifest import schema
from assetgen.manifest.styles import BUILT_IN
from assetgen.model import Policy
from assetgen.post.formats import FORMATS

_TABLES = (
    ("`[project]`", "ProjectTable", "The project as a whole. Only in the root manifest."),
    ("`[policy]`", "PolicyTable", "Rules for every build. Only in the root manifest."),
    ("`[store]`", "StoreTable", "Where originals are kept. Only in the root manifest."),
    (
        "`[watch]`",
        "WatchTable",
        "What `assetgen watch` may do: what draws the pictures that stand in for paid ones, and for how much. Only in the root manifest.",
    ),
    ("`[styles.NAME]`", "StyleTable", 'A reusable part of prompts, used with `style = "NAME"`.'),
    ("`[models.NAME]`", "ModelTable", "An alias with parameters, or another entry for a model of the catalog."),
    (
        "`[assets.NAME]` and `[defaults]`",
        "AssetTable",
        "A picture the project needs. `[defaults]` takes the same fields.",
    ),
    ("Entries of `outputs`", "OutputTable", "A path, or a table. One file for each combination of `widths` and `formats`."),
    ("`expect`", "ExpectTable", "What a finished output must be. A breach fails the asset before anything is written."),
)

_DEFAULTS = {
    ("ProjectTable", "outputs"): '`"."`',
    ("ProjectTable", "commit_outputs"): "`true`",
    ("ProjectTable", "inbox"): '`"inbox"`',
    ("StoreTable", "originals"): '`"store"`',
    ("WatchTable", "draft"): '`"sketch"`',
    ("WatchTable", "max_cost"): "none",
    ("AssetTable", "model"): '`"sketch"`',
    ("AssetTable", "candidates"): "`1`",
    ("AssetTable", "megapixels"): "`1`",
    ("AssetTable", "outputs"): '`["NAME.png"]`',
}

_INTRO = """# The manifest

`assetgen.toml` names the pictures a project needs. It is TOML 1.0. An unknown key is an error, and all faults are reported at once, each
with its line, a caret and a hint. An editor with a TOML language server (taplo, Even Better TOML) completes and checks it with this first
line:

```toml
#:schema .assetgen/schema.json
```

`assetgen init` writes that file; `assetgen schema > .assetgen/schema.json` writes it anew, with the ops and providers you have installed.

A small manifest:

```toml
version = 1

[assets.hero]
prompt  = "sunrise over a calm lake"
style   = "watercolour"
size    = "1200x630"
alt     = "A lake at sunrise"
outputs = ["hero.webp", { path = "hero-{width}.avif", widths = [600, 1200] }]
```
"""

_RULES = """## Sizes

`"1024x1024"` and `[1024, 1024]` are pixels. `"16:9"` is a ratio: the model chooses a size of that shape near one million pixels, or near
`megapixels`. A size in pixels that the model does not offer is refused before anything is paid, with the sizes it has.

## Placeholders

`{name}` in a text stands for a variable, a dimension of the asset's `matrix`, or the asset's own name (`{name}`). `{{` and `}}` are braces.

| where | known |
| --- | --- |
| `prompt`, `negative`, `alt`, strings in `post`, `references`, `mask`, `file` | `{name}`, every variable, every dimension of the matrix |
| `[styles.NAME] prompt` | the same, and `{prompt}` |
| paths in `outputs` | the same as `prompt`, and `{width}`, `{height}`, `{format}` where they are known |

## Styles

`style = ["watercolour", "morning"]` puts the prompt into the first style's `{prompt}`, and the result into the second one's. A style
without `{prompt}` is appended. Negative prompts are joined, each term once. A built-in style never changes; a better text gets a new name.

## Matrix

`matrix = { theme = ["light", "dark"], size = ["s", "l"] }` makes four assets: `icon[theme=light,size=s]` and so on. A reference to an asset
with a matrix names one variant, or is written `"@icon"` where both have the same dimensions.

## References

`"@hero"` is another asset: an edge in the graph, on the content of its chosen original. Anything else is a file of the project. Circles are
an error that prints the circle.

## Paths

Every path is relative to the folder of the root manifest, with forward slashes, and stays inside it. Outputs are relative to
`project.outputs`. Two outputs cannot have one path, also where only letter case differs.

## Includes

`include = ["assets/*.toml"]` reads more manifests of the same grammar, down to eight levels. `[defaults]` of an included file hold for its
own assets, over those of the root. A name that two files define is an error.

## Bounds

A file has at most 64 MiB, a key at most 64 dots, tables and arrays are at most 64 deep, a matrix makes at most 10,000 assets.

## What never stands in a manifest

Keys, base URLs, proxies and devices: they come from the environment, a git-ignored `.env` beside the manifest, or the user's configuration.
See [Security](security.md).
"""


def page():
    """The whole page."""
    made = schema.document().json_schema()
    tables = made["$defs"]
    parts = [_INTRO, "## The top level\n\n" + _rows("", made)]
    parts += [f"## {title}\n\n{text}\n\n{_rows(name, tables[name])}" for title, name, text in _TABLES]
    parts += [_RULES, _formats(), _styles()]
    return "\n".join(parts)


def _rows(table, made):
    rows = ["| key | value | default | |", "| --- | --- | --- | --- |"]
    for key, part in made["properties"].items():
        rows.append(f"| `{key}` | {_type(part)} | {_default(table, key)} | {_cell(part.get('description', ''))} |")
    return "\n".join(rows) + "\n"


def _cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def _default(table, key):
    if table != "PolicyTable":
        return _DEFAULTS.get((table, key), "")
    value = getattr(Policy(), key)
    return "none" if value is None else _literal(value)


def _literal(value):
    """A value as TOML writes it."""
    return f"`{json.dumps(value)}`"


def _type(part):
    for key, told in _KINDS.items():
        if key in part:
            return told(part)
    return "any"


def _of_type(part):
    match part["type"]:
        case "array":
            return f"array of {_plural(_type(part.get('items', {})))}"
        case "object":
            inner = part.get("additionalProperties")
            plain = isinstance(inner, dict) and inner.get("type") in ("string", "array")
            return f"table of {_plural(_type(inner))}" if plain else "table"
        case "integer" | "number" as kind:
            return kind + _range(part)
        case kind:
            return kind


_KINDS = {
    "$ref": lambda part: "table",
    "enum": lambda part: ", ".join(map(_literal, part["enum"])),
    "const": lambda part: _literal(part["const"]),
    "oneOf": lambda part: " or ".join(dict.fromkeys(map(_type, part["oneOf"]))),
    "type": _of_type,
}


def _plural(kind):
    return " or ".join(re.sub(r"^(\w+)", r"\1s", each) for each in kind.split(" or "))


def _range(part):
    low = f" {part['minimum']:g}" if "minimum" in part else f" over {part['exclusiveMinimum']:g}" if "exclusiveMinimum" in part else ""
    high = part.get("maximum")
    if high is None:
        return f" from{low}" if low and not low.startswith(" over") else low
    return f"{low} to {high if high < 10**15 else '2^63 - 1'}"


def _formats():
    head = "## Formats\n\nSee [Ops and formats](ops.md) for the settings and their defaults.\n"
    rows = [f"| {' | '.join(_format(each))} |" for each in FORMATS.values()]
    return "\n".join([head, "| format | suffixes | transparency | settings |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _format(known):
    suffixes = ", ".join(f"`.{suffix}`" for suffix in known.suffixes)
    settings = ", ".join(f"`{name}`" for name in sorted(known.settings))
    return known.name, suffixes, "yes" if known.alpha else "no", settings or "none"


def _styles():
    rows = [f"| `{name}` | {style.prompt} | {style.negative} |" for name, style in sorted(BUILT_IN.items())]
    return "\n".join(["## Built-in styles\n", "| name | prompt | negative |", "| --- | --- | --- |", *rows]) + "\n"
