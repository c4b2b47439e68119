"""docs/lint.md from the rules themselves."""

from assetgen.lint.rules import RULES

_HEAD = """# Lint

`assetgen lint` says what a careful colleague would say of a manifest: models that end or cannot do what is asked of them, words that do
harm in a prompt, pictures that are scaled up, what is named and never used. It needs no key, no network, no SDK and no lock, and looks at
fresh assets as well. What `plan` would refuse is an error, everything else a warning.

```toml assetgen.toml
version = 1

[assets.shop]
prompt  = 'a street, on the left a shop with the sign "OPEN"'
model   = "flux-dev"
outputs = ["shop.webp"]

[assets.valley]
prompt  = "a green valley"
model   = "gpt-image-2"
seed    = 7
outputs = ["valley.webp"]
```

```console
$ assetgen lint
assetgen.toml:4:56: warning: AG201 quoted-text: "flux-dev" is poor at letters, and the prompt asks for "OPEN"
    prompt  = 'a street, on the left a shop with the sign "OPEN"'
                                                           ^^^^
hint: model = "..."

assetgen.toml:11:11: warning: AG105 seed-ignored: "gpt-image-2" takes no seed, so each picture is another one
    seed    = 7
              ^
hint: model = "..."

2 warnings
```

The exit code is 1 for errors, with `--strict` for warnings too. `--json` prints the findings with codes, places and the assets they are
about. A model that a hint names takes all that the asset asks for, by the word of its provider's own check. Named assets
(`assetgen lint hero`) are looked at alone, without the rules about the project as a whole.

## Leaving a rule out

| where | how |
| --- | --- |
| one line | `# lint: ignore AG105` behind it, or on a line of its own above |
| one file | `# lint: ignore-file AG105` at the beginning of a line |
| one run | `--ignore AG105`, or by its name: `--ignore seed-ignored` |

```console
$ sed -i 's/^seed    = 7/seed    = 7 # lint: ignore AG105/' assetgen.toml
$ assetgen lint --ignore quoted-text
nothing to say
```

A code stays what it is; one that is given up is not used again. Whether a seed, a negative prompt, transparency or a ratio that a model
would leave out of account is a warning or blocks the asset is decided by `unhonoured` in [`[policy]`](manifest.md#policy).

## Rules

"""


def page():
    """The whole page."""
    rows = [f"| `{rule.code}` | `{rule.name}` | {rule.severity} | {rule.text} |" for rule in RULES]
    return _HEAD + "\n".join(["| code | name | | what it finds |", "| --- | --- | --- | --- |", *rows]) + "\n"
