"""`assetgen lock`: the commands about the lock. Git calls `textconv` for every picture of a diff: it loads no module of the others."""

import click

from assetgen.cli.group import Lazy

_PLACES = {name: f"assetgen.cli.lock_{name.replace('-', '_')}" for name in ("merge", "fmt", "textconv", "install-driver")}


@click.group("lock", cls=Lazy, places=_PLACES, epilog="Example: assetgen lock merge", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Merge, format or explain the lock."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
