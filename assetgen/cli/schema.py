"""`assetgen schema`."""

import json
from collections.abc import Callable
from typing import Any

import click

from assetgen import lockfile
from assetgen.cli import init, options
from assetgen.cli.session import Session, pass_session
from assetgen.plan import order
from assetgen.report import document

_SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "manifest": init.schema,
    "lock": lockfile.schema,
    "json": document.schema,
    "plan": order.schema,
}


@options.command("schema", "assetgen schema lock > lock.schema.json")
@click.argument("what", default="manifest", metavar="[manifest|lock|json|plan]", type=click.Choice(list(_SCHEMAS)))
@pass_session
def command(session: Session, what: str) -> None:
    """Print the JSON Schema of the manifest, of the lock, of what --json prints, or of what `plan --out` writes."""
    session.terminal.product(json.dumps(_SCHEMAS[what](), indent=2, ensure_ascii=False) + "\n")
