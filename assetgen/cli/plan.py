"""`assetgen plan`, which is also `assetgen build --dry-run`."""

from collections.abc import Mapping, Sequence

import click

from assetgen.cli import notices, options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.quote import Quote, quotes
from assetgen.engine.survey import Survey, look
from assetgen.report import document, listing

NONE: Mapping[str, Quote] = {}


@options.command("plan", 'assetgen plan "icon*"')
@options.names
@click.option("--quote", is_flag=True, help="Ask providers that name exact prices; needs a key and the network, and is free.")
@options.as_json
@pass_session
def command(session: Session, names: tuple[str, ...], *, quote: bool, as_json: bool) -> None:
    """Show what a build would do to each asset, why, and for how much. Nothing is changed, and without --quote nobody is asked."""
    with look(session.path) as seen:
        chosen = options.chosen(names, seen.workspace.manifest.assets)
        told = quotes(seen, [seen.plan.assets[name] for name in chosen]) if quote else NONE
        show(session, seen, chosen, run=("build", *names), as_json=as_json, told=told)


def show(
    session: Session, seen: Survey, names: Sequence[str], *, run: Sequence[str], as_json: bool, told: Mapping[str, Quote] = NONE
) -> None:
    """Print the plan for these assets; `run` are the words of the command that carries it out, `told` the quotes that were asked for."""
    plans = [seen.plan.assets[name] for name in names]
    prompts = notices.prompts(seen, plans)
    terminal = session.terminal
    if as_json:
        made = document.of_plan("plan", seen.plan, names)
        notices.add(made, seen.workspace.catalog, plans)
        for entry in made["assets"]:
            if entry["name"] in prompts:
                entry["prompt"] = prompts[entry["name"]]
            if entry["name"] in told:
                entry["quote"] = _entry(told[entry["name"]])
        terminal.product(document.text(made))
        return
    shown = {name: quote.note if quote.amount is None else quote.amount for name, quote in told.items()}
    listing.full(terminal, plans, prompts, seen.workspace.manifest.inbox, shown)
    listing.sums(terminal, plans, shown)
    notices.endings(terminal, seen.workspace.catalog, plans)
    listing.leftovers(terminal, seen.plan)
    if listing.doable(plans):
        terminal.say(f"run: {session.again(*run)}")


def _entry(quote: Quote) -> document.QuoteEntry:
    made: document.QuoteEntry = {"provider": quote.provider, "amount": None if quote.amount is None else float(quote.amount)}
    if quote.note:
        made["note"] = quote.note
    return made
