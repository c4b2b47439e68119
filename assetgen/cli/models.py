"""`assetgen models`."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from assetgen.catalog import Catalog, Model
from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import look
from assetgen.engine.workspace import catalog
from assetgen.errors import UsageError
from assetgen.report import document, models
from assetgen.report.text import Painted


@options.command("models", "assetgen models --for text --commercial")
@click.argument("name", metavar="[MODEL]", required=False)
@click.option("--for", "purpose", metavar="PURPOSE", help="Recommend models for this, such as text or photo.")
@click.option("--commercial", is_flag=True, help="Only models that may be used commercially.")
@options.as_json
@pass_session
def command(session: Session, name: str | None, purpose: str | None, *, commercial: bool, as_json: bool) -> None:
    """List the models of the catalog, show one, or recommend some for a purpose. Works without a manifest as well."""
    known, today = _catalog(session), datetime.now(UTC).date()
    reasons = _recommended(known, purpose) if purpose is not None else {}
    found = [_find(known, name)] if name is not None else [known.models[each] for each in reasons or known.models]
    if commercial:
        found = [model for model in found if any(service.usage == "commercial" for service in model.services.values())]
    terminal = session.terminal
    if as_json:
        made = document.document("models", summary={"total": len(found)})
        made["models"] = [models.entry(known, model, today) | ({"reason": reasons[model.id]} if reasons else {}) for model in found]
        terminal.product(document.text(made))
    elif name is not None and found:
        terminal.table([[Painted(label, "dim"), text] for label, text in models.sheet(known, found[0], today)])
    elif reasons:
        _recommend(session, found, reasons)
    else:
        terminal.table([models.row(known, model, today) for model in found], models.HEADER)


def _catalog(session: Session) -> Catalog:
    """With the manifest's own `[models]`; a manifest that is missing or faulty is no reason not to show the rest."""
    try:
        with look(session.path) as seen:
            return seen.workspace.catalog
    except UsageError:
        return catalog()


def _find(known: Catalog, name: str) -> Model:
    found = known.find(name)
    if found is None:
        close = known.suggest(name)
        raise UsageError(f'the catalog has no model "{name}"', hint=f"did you mean {close}" if close else "assetgen models")
    return found


def _recommended(known: Catalog, purpose: str) -> dict[str, str]:
    found = known.recommend(purpose, datetime.now(UTC).date())
    if not found:
        raise UsageError(f'no model is known to be good at "{purpose}"', hint=f"one of {', '.join(known.purposes())}")
    return {each.model.id: each.reason for each in found}


def _recommend(session: Session, found: Sequence[Model], reasons: dict[str, str]) -> None:
    session.terminal.table([[Painted(model.id, "strong"), reasons[model.id]] for model in found])
    if found:
        session.terminal.say(f'to use it: model = "{found[0].id}"')
