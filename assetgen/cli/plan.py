"""`assetgen plan`, which is also `assetgen build --dry-run`."""

from collections.abc import Sequence

from assetgen.cli import notices, options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import Survey, look
from assetgen.report import document, listing


@options.command("plan", 'assetgen plan "icon*"')
@options.names
@options.as_json
@pass_session
def command(session: Session, names: tuple[str, ...], *, as_json: bool) -> None:
    """Show what a build would do to each asset, why, and for how much. Nothing is changed and nobody is asked."""
    with look(session.path) as seen:
        show(session, seen, options.chosen(names, seen.workspace.manifest.assets), run=("build", *names), as_json=as_json)


def show(session: Session, seen: Survey, names: Sequence[str], *, run: Sequence[str], as_json: bool) -> None:
    """Print the plan for these assets; `run` are the words of the command that carries it out."""
    plans = [seen.plan.assets[name] for name in names]
    prompts = notices.prompts(seen, plans)
    terminal = session.terminal
    if as_json:
        made = document.of_plan("plan", seen.plan, names)
        for entry in made["assets"]:
            if entry["name"] in prompts:
                entry["prompt"] = prompts[entry["name"]]
        terminal.product(document.text(made))
        return
    listing.full(terminal, plans, prompts, seen.workspace.manifest.inbox)
    listing.sums(terminal, plans)
    notices.endings(terminal, seen.workspace.catalog, plans)
    listing.leftovers(terminal, seen.plan)
    if listing.doable(plans):
        terminal.say(f"run: {session.again(*run)}")
