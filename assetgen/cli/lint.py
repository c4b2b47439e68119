"""`assetgen lint`."""

from collections.abc import Sequence

import click

from assetgen.cli import formats, fresh, options, projects
from assetgen.cli.session import Session, pass_session
from assetgen.engine.lint import lint
from assetgen.engine.workspace import opened
from assetgen.errors import Fault
from assetgen.lint import Finding
from assetgen.model import Json
from assetgen.noop.state import today
from assetgen.report import document, words
from assetgen.report.annotations import of_findings
from assetgen.report.faults import render
from assetgen.report.terminal import Terminal


@options.command("lint", 'assetgen lint "icon*" --ignore AG401')
@options.names
@click.option("--strict", is_flag=True, help="Exit 1 for warnings as well.")
@click.option("--ignore", "ignored", metavar="CODE", multiple=True, help="Leave out this rule, by its code or its name.")
@fresh.no_cache
@formats.output
@pass_session
@projects.everywhere
def command(session: Session, names: tuple[str, ...], ignored: tuple[str, ...], *, strict: bool) -> int:
    """Show what a careful colleague would say of the manifest, for fresh assets as well. Needs no key and no network. Exit 1 for errors."""
    day = today()
    with opened(session.path) as workspace:
        found = lint(workspace, options.chosen(names, workspace.manifest.assets), ignored=ignored)
        if not (found or names or ignored):
            fresh.linted(session, workspace, lambda terminal: _show(terminal, (), 0), day)
    errors = sum(1 for each in found if each.severity == "error")
    formats.gather(session, of_findings(found))
    if session.output == "json":
        summary: dict[str, Json] = {"total": len(found), "errors": errors, "warnings": len(found) - errors}
        made = document.document("lint", summary=summary)
        made["findings"] = [_entry(each) for each in found]
        session.terminal.product(document.text(made))
    elif session.speaks:
        _show(session.terminal, found, errors)
    return 1 if errors or (strict and found) else 0


def _show(terminal: Terminal, found: Sequence[Finding], errors: int) -> None:
    for each in found:
        fault = Fault(message=each.message, subject=f"{each.code} {each.name}", place=each.place, hint=each.hint, severity=each.severity)
        terminal.say(render(fault), "\n")
    parts = [words.count(number, noun) for number, noun in ((errors, "error"), (len(found) - errors, "warning")) if number]
    terminal.say(", ".join(parts) if parts else "nothing to say")


def _entry(found: Finding) -> document.FindingEntry:
    made: document.FindingEntry = {
        "code": found.code,
        "rule": found.name,
        "severity": found.severity,
        "message": found.message,
        "assets": list(found.assets),
    }
    if found.hint:
        made["hint"] = found.hint
    if found.place is not None:
        made["place"] = {"file": found.place.file, "line": found.place.line, "column": found.place.column}
    return made
