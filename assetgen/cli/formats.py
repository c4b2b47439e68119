"""`--json`, `--output-format` and `--summary`. Annotations are gathered while a command runs, and printed at its end."""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import click

from assetgen.cli import summaries
from assetgen.cli.session import Session
from assetgen.engine.workspace import locate
from assetgen.errors import AssetgenError, Fault, UsageError, of_system
from assetgen.model import Json
from assetgen.report import document, summary
from assetgen.report.annotations import Annotation, Format, below, of_faults
from assetgen.store import location

_SERVICES: dict[Format, str] = {"github": "assetgen.report.github", "gitlab": "assetgen.report.gitlab", "sarif": "assetgen.report.sarif"}
# The parameters that name a plan file.
_PLANS = ("file", "out")


@dataclass(kw_only=True)
class Report:
    """What one call answers beside or in place of its text."""

    session: Session
    command: str
    asked: Format | None = None
    summary: Path | None = None
    annotations: list[Annotation] = field(default_factory=list)

    @property
    def output(self) -> Format:
        """What stdout is for."""
        return self.asked or "text"

    def complain(self, faults: Sequence[Fault], code: int) -> None:
        """Tell programs what the command failed for; people read it on stderr."""
        if self.output == "json":
            sums: dict[str, Json] = {"faults": len(faults), "exit_code": code}
            made = document.document(self.command, summary=sums)
            made["faults"] = [document.fault(each) for each in faults]
            self.session.terminal.product(document.text(made))
        placed = below(of_faults(faults), _prefix(self.session.path))
        self.annotations += placed
        if self.summary is not None:
            try:
                summaries.append(self.summary, summary.of_faults(self.command, placed))
            except OSError as error:
                self.session.terminal.error(of_system(error))

    def finish(self, code: int) -> None:
        """Print what was gathered, once, in the form that was asked for."""
        if self.output in _SERVICES:
            self.session.terminal.product(import_module(_SERVICES[self.output]).render(self.annotations, code))


def gather(session: Session, *groups: Iterable[Annotation]) -> None:
    """Keep annotations for the end of the command; nothing is computed that nobody asked for. Places are those of the session's project."""
    if session.report is not None and session.output in _SERVICES:
        session.report.annotations += below(chain(*groups), _prefix(session.path))


def _prefix(start: Path) -> str:
    """Where the project lies in its repository; nowhere where it is the project that cannot be found."""
    try:
        root = locate(start)
        found = location.git_folders(root)
    except (AssetgenError, OSError, ValueError):
        return ""
    return root.relative_to(found[0]).as_posix() if found is not None else ""


def _json(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - click calls it by position
    if value:
        _asked(ctx, "json", "--json")
    return value


def _format(ctx: click.Context, _param: click.Parameter, value: Format | None) -> None:
    if value is not None:
        _asked(ctx, value, f"--output-format {value}")


def _asked(ctx: click.Context, output: Format, words: str) -> None:
    report = _report(ctx)
    if report.asked not in (None, output):
        other = "--json" if words != "--json" else f"--output-format {report.output}"
        raise UsageError(f'"{words}" and "{other}" contradict each other', hint="leave one of them out")
    report.asked = output


def _report(ctx: click.Context) -> Report:
    session = ctx.find_object(Session)
    assert session is not None
    if session.report is None:
        session.report = Report(session=session, command=ctx.command_path.removeprefix("assetgen "))
    return session.report


def _json_option(*, exposed: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Eager, as the other one is: what is wrong with the words behind it is told in its form."""
    return click.option(
        "--json", "as_json", is_flag=True, is_eager=True, expose_value=exposed, callback=_json, help="Print one JSON document."
    )


as_json = _json_option(exposed=True)

_output_format = click.option(
    "--output-format",
    type=click.Choice(get_args(Format)),
    is_eager=True,
    expose_value=False,
    callback=_format,
    help="Print as text (the default), as --json does, or for GitHub Actions, GitLab or a reader of SARIF.",
)


def summary_file(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--summary`. Nothing is begun, and nothing paid for, whose summary could not be written in the end, or would spoil another file."""

    @click.option("--summary", metavar="FILE", type=click.Path(path_type=Path), help="Append a summary in Markdown to FILE.")
    @functools.wraps(command)
    def wrapped(*args: object, summary: Path | None, **given: Any) -> Any:  # noqa: ANN401 - click made them, and takes what is returned
        if summary is not None:
            ctx = click.get_current_context()
            report = _report(ctx)
            summaries.begin(report.session, summary, besides=[ctx.params[name] for name in _PLANS if ctx.params.get(name)])
            report.summary = summary.absolute()
        return command(*args, **given)

    return wrapped


def output(command: Callable[..., Any]) -> Callable[..., Any]:
    """Both `--json` and `--output-format`; the command finds the answer in `Session.output`."""
    return _json_option(exposed=False)(_output_format(command))
