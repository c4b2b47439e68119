"""`assetgen cost`."""

import click

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import look
from assetgen.report import document, spending, words


@options.command("cost", "assetgen cost --by provider")
@click.option("--by", type=click.Choice(list(spending.KEYS)), default="month", show_default=True, help="What to sum over.")
@click.option("--all", "every", is_flag=True, help="Also the other projects that share the store.")
@options.as_json
@pass_session
def command(session: Session, by: str, *, every: bool, as_json: bool) -> None:
    """Show the money spent, from the ledger of the store. Estimated amounts are told apart from actual ones."""
    with look(session.path) as seen:
        entries = [spent for spent in seen.workspace.ledger.entries() if every or spent.project == seen.workspace.name]
        damaged = seen.workspace.ledger.damaged()
    if damaged:
        lines = f"{words.count(damaged, 'line')} of the ledger"
        session.terminal.note(f"{lines} cannot be read and {'is' if damaged == 1 else 'are'} not counted")
    sums, total = spending.grouped(entries, by), spending.whole(entries)
    terminal = session.terminal
    if as_json:
        summary = spending.entry("by", total) | {"by": by, "total": float(total.total)}
        made = document.document("cost", summary=summary)  # type: ignore[arg-type]  # numbers and words
        made["spending"] = [spending.entry(by, each) for each in sums]
        terminal.product(document.text(made))
        return
    terminal.table(spending.rows(sums), [by.upper(), *spending.HEADER] if sums else ())
    terminal.say(spending.line(total))
