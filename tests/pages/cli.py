"""docs/cli.md from the commands as click knows them."""

from importlib import import_module
from importlib.util import find_spec

import click

from assetgen.cli.commands import SECTIONS, module
from assetgen.cli.session import options

_HEAD = """# Commands

Global options stand before or behind a command. NAMES are names (`hero`), globs (`"icon*"`), one asset's variants (`icon`) and tags
(`tag:docs`); without any, all assets are meant. In a glob `*` and `?` are special and nothing else, so `"icon[theme=l*]"` finds variants.

"""

_CODES = """
## Exit codes

| code | meaning |
| --- | --- |
| 0 | done, or fresh |
| 1 | something failed, is unknown or blocked, or `check` found work |
| 2 | the manifest, the lock or the command cannot be understood; nothing was changed |
| 3 | a bug; the message names a log file |
| 4 | `lock merge` as a driver: merged, with conflicts |
| 130 | interrupted |

Results go to stdout, progress and complaints to stderr. Off a terminal, tables are plain and never cut. `NO_COLOR` is honoured.
"""


def page():
    """The whole page."""
    parts = [_HEAD + _table(options())]
    for title, names in SECTIONS.items():
        parts.append(f"\n## {title}\n")
        parts += [_section(f"assetgen {name}", import_module(module(name)).command) for name in names if find_spec(module(name))]
    return "\n".join(parts) + _CODES


def _section(path, command):
    context = click.Context(command, info_name=path)
    lines = [f"### {path}", "", "```text", " ".join([path, *command.collect_usage_pieces(context)]), "```", "", _text(command), ""]
    table = _table(command.params)
    lines += [table] if table else []
    if command.epilog:
        lines += [_text(command, "epilog").replace("Example: ", "Example: `").rstrip() + "`", ""]
    if isinstance(command, click.Group):
        inner = command.commands or {name: command.get_command(context, name) for name in command.list_commands(context)}
        lines += [_section(f"{path} {name}", below) for name, below in inner.items()]
    return "\n".join(lines)


def _text(command, field="help"):
    return " ".join((getattr(command, field) or "").replace("\b", "").split())


def _table(parameters):
    rows = []
    for parameter in parameters:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            words = ", ".join(f"`{word}`" for word in (*parameter.opts, *parameter.secondary_opts))
            value = "" if parameter.is_flag else f" `{_metavar(parameter)}`"
            rows.append(f"| {words}{value} | {' '.join((parameter.help or '').split())} |")
    return "\n".join(["| option | |", "| --- | --- |", *rows, ""]) if rows else ""


def _metavar(option):
    """A bar would end the cell of the table."""
    return option.make_metavar(click.Context(click.Command("x"))).replace("|", "\\|")
