"""docs/json.md from the types of `assetgen.report.document`."""

from assetgen.plan.states import State
from assetgen.report import document

_HEAD = """# JSON

`--json` prints one document and nothing else on stdout; progress and complaints go to stderr. Its schema is
[schema/document.schema.json](../schema/document.schema.json), which `assetgen schema json` prints as well. `version` rises when a key
changes its meaning or goes away; new keys may come at any time. Amounts are USD.

A command that fails prints a document too: without assets, with `faults` that say why, and with the exit code in `summary`.

All commands know it but `init`, `schema` and `completion`. Those that change something (`accept`, `adopt`, `pick`, `import`,
`jobs resolve`, `clean`, `gc`) print the assets that they were about as they are afterwards, and in `lines` what was done.

```toml assetgen.toml
version = 1

[assets.hero]
prompt  = "sunrise over a calm lake"
size    = "640x360"
outputs = ["hero.webp"]
```

```console
$ assetgen plan --json
{
  "version": 1,
  "command": "plan",
  "assets": [
    {
      "name": "hero",
      "state": "generate",
      "reasons": [
        {
          "code": "new",
          "text": "never generated"
        }
      ],
      "cost": {
        "low": 0.0,
        "high": 0.0
      },
      "outputs": [
        {
          "path": "hero.webp",
          "state": null,
          "sha256": null
        }
      ]
    }
  ],
  "summary": {
    "total": 1,
    "fresh": 0,
    "finish": 0,
    "restore": 0,
    "generate": 1,
    "waits": 0,
    "blocked": 0,
    "cost": {
      "low": 0.0,
      "high": 0.0
    },
    "orphans": [],
    "jobs": 0
  }
}
```

Words that a program needs: the names of what is stale, or what a build would cost.

```console
$ assetgen status --json | python -c "import json, sys; print([a['name'] for a in json.load(sys.stdin)['assets'] if a['state'] != 'fresh'])"
['hero']
$ assetgen plan --json | python -c "import json, sys; print(json.load(sys.stdin)['summary']['cost']['high'])"
0.0
```

`code` of a reason is stable and meant for programs ([all codes](staleness.md#reasons)); `text` is for people and may change.
"""


def page():
    """The whole page."""
    made = document.schema()
    parts = [_HEAD, f"States: {', '.join(f'`{state}`' for state in State)}.\n", "## Document\n\n" + _section(made)]
    parts += [f"## {name}\n\n{_section(table)}" for name, table in sorted(made["$defs"].items())]
    return "\n".join(parts)


def _section(table):
    required = set(table.get("required", ()))
    rows = [f"{table.get('description', '')}\n".replace("\n", " ").strip() + "\n", "| key | value | |", "| --- | --- | --- |"]
    for key, part in table["properties"].items():
        notes = ["" if key in required else "may be absent", part.get("description", "")]
        rows.append(f"| `{key}` | {_type(part)} | {'; '.join(filter(None, notes))} |")
    return "\n".join(rows) + "\n"


def _type(part):
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in part:
        return " or ".join(_type(each) for each in part["anyOf"])
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if part.get("type") == "array":
        return f"list of {_type(part.get('items', {}))}"
    return {"object": "object", None: "any"}.get(part.get("type"), part.get("type", "any"))
