"""The root of the commands: loads a command's module when its name is called, and nothing for `--help`."""

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from assetgen.cli.commands import SECTIONS, SUMMARIES
from assetgen.cli.session import common
from assetgen.errors import UsageError


class Lazy(click.Group):
    """A group whose commands have modules of their own. `places`: the module of each name, in the order of the help."""

    def __init__(self, *words: Any, places: Mapping[str, str], **given: Any) -> None:  # noqa: ANN401 - what click.Group takes
        super().__init__(*words, **given)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, in the order of the help."""
        del ctx
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None for a name that there is not."""
        del ctx
        if cmd_name not in self._places:
            return None
        found: click.Command = import_module(self._places[cmd_name]).command
        return common(found)


class Commands(Lazy):
    """See `assetgen.cli.commands` for the names."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the first word, or say which one was probably meant."""
        word = args[0]
        if word not in SUMMARIES and not word.startswith("-") and not ctx.resilient_parsing:
            close = get_close_matches(word, SUMMARIES, n=1)
            raise UsageError(f'there is no command "{word}"', hint=f"did you mean assetgen {close[0]}" if close else "assetgen --help")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by section."""
        del ctx
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()), col_max=12)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands, with their summaries."""
        found = [CompletionItem(name, help=line) for name, line in SUMMARIES.items() if name.startswith(incomplete)]
        return found or super(click.Group, self).shell_complete(ctx, incomplete)
