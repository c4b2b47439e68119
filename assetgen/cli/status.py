"""`assetgen status`."""

import click

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import look
from assetgen.report import document, listing


@options.command("status", "assetgen status tag:docs")
@options.names
@click.option("-a", "--all", "every", is_flag=True, help="List fresh assets as well.")
@options.as_json
@pass_session
def command(session: Session, names: tuple[str, ...], *, every: bool, as_json: bool) -> None:
    """Show the state of every asset, and why it is not fresh."""
    with look(session.path) as seen:
        found = options.chosen(names, seen.workspace.manifest.assets)
        if as_json:
            session.terminal.product(document.text(document.of_plan("status", seen.plan, found)))
            return
        listing.short(session.terminal, [seen.plan.assets[name] for name in found], every=every)
        listing.leftovers(session.terminal, seen.plan)
