"""`assetgen graph`."""

import click

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import Survey, look
from assetgen.model import Local
from assetgen.plan.graph import references
from assetgen.report import document, graph


@options.command("graph", "assetgen graph --mermaid")
@options.names
@click.option("--dot", "form", flag_value="dot", help="Print Graphviz.")
@click.option("--mermaid", "form", flag_value="mermaid", help="Print Mermaid.")
@options.as_json
@pass_session
def command(session: Session, names: tuple[str, ...], *, form: str | None, as_json: bool) -> None:
    """Show which asset is made from which."""
    with look(session.path) as seen:
        assets = seen.workspace.manifest.assets
        found = options.chosen(names, assets)
        if as_json:
            session.terminal.product(document.text(_document(seen, found)))
        elif form is not None:
            lines = graph.dot(assets, found) if form == "dot" else graph.mermaid(assets, found)
            session.terminal.product("".join(f"{line}\n" for line in lines))
        else:
            for line in graph.tree(assets, found):
                session.terminal.say(line)


def _document(seen: Survey, names: list[str]) -> document.Document:
    """The plan's document, with what each asset is made from, as the manifest writes it."""
    made = document.of_plan("graph", seen.plan, names)
    for entry in made["assets"]:
        found = references(seen.workspace.manifest.assets[entry["name"]])
        entry["references"] = [each.path if isinstance(each, Local) else f"@{each.name}" for each in found]
    made["summary"]["edges"] = len(graph.edges(seen.workspace.manifest.assets, names))
    return made
