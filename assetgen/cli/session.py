"""What the global options say, and the terminal that follows from it. Global options may stand before or behind the command."""

import os
import shlex
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assetgen.cli.secrets import redactor
from assetgen.errors import UsageError
from assetgen.report.terminal import Terminal
from assetgen.report.text import defused, defused_json

if TYPE_CHECKING:
    from assetgen.cli.formats import Report
    from assetgen.report.annotations import Format


@dataclass(kw_only=True)
class Session:
    """One call of the command line. `path` is where the project is looked for, there or above; `directory` is what -C named.

    `report` is what else than text was asked for, and it is there as soon as that was read: faults are told in it as well.
    """

    path: Path
    directory: str | None = None
    quiet: bool = False
    colour: bool = True
    report: "Report | None" = None

    def again(self, *words: str) -> str:
        """The command line of another call from the same place."""
        where = [] if self.directory is None else ["-C", self.directory]
        return shlex.join(["assetgen", *where, *words])

    def enter(self, root: Path, directory: str) -> None:
        """Go on in another project, where other secrets may be known; -C would have named this directory."""
        self.path, self.directory = root, None if directory == "." else directory
        self.__dict__.pop("terminal", None)

    @property
    def animated(self) -> bool:
        """Whether a terminal may show bars."""
        return not self.quiet and not _dumb()

    @property
    def output(self) -> "Format":
        """What stdout is for."""
        return self.report.output if self.report is not None else "text"

    @property
    def speaks(self) -> bool:
        """Whether text for people goes to stdout, which else belongs to one document."""
        return self.output in ("text", "github")

    @cached_property
    def terminal(self) -> Terminal:
        """Made once the options are read. No secret of the user's passes it."""
        colour = self.colour and not os.environ.get("NO_COLOR") and not _dumb()
        made = Terminal(sys.stdout, sys.stderr, quiet=self.quiet, colour=colour, redact=redactor(self.path))
        # Its runner reads both streams, also behind the back of a command that was told nothing of it.
        if self.output == "github" or os.environ.get("GITHUB_ACTIONS") == "true":
            made.guard = defused
            made.armour = str if self.speaks else defused_json
        return made


pass_session = click.make_pass_decorator(Session)


def _dumb() -> bool:
    return os.environ.get("TERM") == "dumb"


def options() -> list[click.Parameter]:
    """The global options, in new copies."""
    return [
        click.Option(
            ["-C", "directory"], metavar="DIR", help="Work in this folder.", expose_value=False, is_eager=True, callback=_directory
        ),
        click.Option(["-q", "--quiet"], is_flag=True, help="Print errors only.", expose_value=False, callback=_quiet),
        click.Option(["--no-color"], is_flag=True, help="Print without colours.", expose_value=False, callback=_no_colour),
    ]


def common(command: click.Command) -> click.Command:
    """Let a command and its own commands take the global options as well; its help does not repeat them."""
    if not any(parameter.name == "directory" for parameter in command.params):
        for option in options():
            assert isinstance(option, click.Option)
            option.hidden = True
            command.params.append(option)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            common(below)
    return command


def _directory(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    try:
        os.chdir(value)
    except OSError as error:
        raise UsageError(f'"{value}" is no folder that can be entered') from error
    _session(ctx).directory = value


def _quiet(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click calls it by position
    _session(ctx).quiet |= value


def _no_colour(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click calls it by position
    _session(ctx).colour &= not value


def _session(ctx: click.Context) -> Session:
    found = ctx.find_object(Session)
    assert found is not None
    return found
