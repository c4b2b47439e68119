"""`assetgen plan`, which is also `assetgen build --dry-run`."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from assetgen.cli import formats, notices, options, summaries
from assetgen.cli import order as orders
from assetgen.cli.session import Session, pass_session
from assetgen.engine.quote import Quote, quotes
from assetgen.engine.survey import Survey
from assetgen.plan.states import State
from assetgen.report import document, listing
from assetgen.report.annotations import Level, of_plans

NONE: Mapping[str, Quote] = {}
_LEVELS: Mapping[State, Level] = {
    **dict.fromkeys((State.FINISH, State.RESTORE, State.GENERATE), "notice"),
    State.WAITS: "warning",
    State.BLOCKED: "error",
}


@options.command("plan", 'assetgen plan "icon*"')
@options.names
@click.option("--out", metavar="FILE", help="Write the plan as a file that `assetgen apply` carries out; - prints it.")
@click.option("--max-cost", metavar="USD", help="Plan to spend no more than this.")
@click.option("--regenerate", metavar="NAME", multiple=True, help="Plan to buy this asset anew, by its exact name.")
@click.option("--quote", is_flag=True, help="Ask providers that name exact prices; needs a key and the network, and is free.")
@formats.output
@formats.summary_file
@pass_session
def command(session: Session, /, *, out: str | None, quote: bool, **given: Any) -> None:  # noqa: ANN401 - click made them
    """Show what a build would do to each asset, why, and for how much. No asset is changed, and without --quote nobody is asked."""
    wanted = orders.Wanted(out=out, **given)
    with wanted.surveyed(session.path) as seen:
        chosen = wanted.chosen(seen)
        if out:
            wanted.write(session, seen, chosen)
        if out != "-":
            told = quotes(seen, [seen.plan.assets[name] for name in chosen]) if quote else NONE
            show(session, seen, chosen, run=wanted.run, told=told)


def show(session: Session, seen: Survey, names: Sequence[str], *, run: Sequence[str], told: Mapping[str, Quote] = NONE) -> None:
    """Print the plan for these assets; `run` are the words of the command that carries it out, `told` the quotes that were asked for."""
    plans = [seen.plan.assets[name] for name in names]
    prompts = notices.prompts(seen, plans)
    terminal = session.terminal
    summaries.plans(session, "plan", plans)
    formats.gather(session, of_plans(plans, _LEVELS), notices.annotations(seen.workspace.catalog, plans))
    if session.output == "json":
        made = document.of_plan("plan", seen.plan, names)
        notices.add(made, seen.workspace.catalog, plans)
        for entry in made["assets"]:
            if entry["name"] in prompts:
                entry["prompt"] = prompts[entry["name"]]
            if entry["name"] in told:
                entry["quote"] = _entry(told[entry["name"]])
        terminal.product(document.text(made))
    if not session.speaks:
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
