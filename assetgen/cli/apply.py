"""`assetgen apply`: carries out a plan that `assetgen plan --out` wrote, or says what has moved since."""

from typing import Any

import click

from assetgen.cli import ending, formats, options
from assetgen.cli import order as orders
from assetgen.cli.build import logged, reporter
from assetgen.cli.plan import show
from assetgen.cli.session import Session, pass_session
from assetgen.engine.build import Options, run
from assetgen.engine.outcome import Interrupted, Outcome, Status
from assetgen.engine.spend import dollars
from assetgen.engine.terms import compared
from assetgen.errors import AssetgenError


@options.command("apply", "assetgen apply plan.json")
@click.argument("file", metavar="FILE", type=click.Path())
@options.dry_run
@click.option("--max-cost", metavar="USD", help="Refuse a plan that comes to more than this. CI needs it.")
@click.option("--fail-fast", is_flag=True, help="Begin nothing new after the first failure.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Local threads; by default one for each processor.")
@formats.output
@formats.summary_file
@pass_session
def command(session: Session, /, *, file: str, dry_run: bool, max_cost: str | None, **given: Any) -> int:  # noqa: ANN401 - click made them
    """Do exactly what a plan file says, or nothing: what it orders is bought, for no more than it says.

    If manifest, lock or prices have moved since `assetgen plan --out FILE`, it tells what, and buys nothing. What was bought for it already
    is not bought again, so that an interrupted one goes on.
    """
    order, again = orders.read(file), session.again("apply", file)
    most = None if max_cost is None else dollars(max_cost)
    if most is not None and order.maximum > most:
        raise AssetgenError(f"the plan comes to ${order.maximum:f}, and the maximum is ${most:f}", hint=f"--max-cost {order.maximum:f}")
    if dry_run:
        with compared(session.path, order) as (seen, found):
            show(session, seen, [name for name in seen.plan.assets if name in found.selected], run=("apply", file))
        return 0
    told = reporter(session)
    chosen = Options(order=order, max_cost=most, agreed=True, **given)
    try:
        outcome = run(session.path, chosen, lambda event: told.tell(logged(session, event)))
    except Interrupted as stopped:
        session.terminal.error("interrupted; paid jobs that have an id are resumed", f"to go on: {again}")
        return stopped.exit_code
    finally:
        told.close()
    _show(session, outcome, file, again)
    return outcome.exit_code


def _show(session: Session, outcome: Outcome, file: str, again: str) -> None:
    if session.speaks and all(result.status is Status.FRESH for result in outcome.results.values()):
        told = "was carried out before; nothing is bought" if outcome.results else "orders nothing"
        session.terminal.say(f'"{file}" {told}')
    ending.show(session, outcome, again=again, command="apply")
