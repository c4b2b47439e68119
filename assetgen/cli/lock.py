"""`assetgen lock`: the group of the commands about the lock. Each has a module of its own, which is loaded when it is called."""

from importlib import import_module

import click

from assetgen.cli.session import common

_NAMES = ("merge", "fmt", "textconv", "install-driver")


class Commands(click.Group):
    """Git calls `textconv` for every picture of a diff: it must not load what a merge needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, in the order of the help."""
        del ctx
        return list(_NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None for a name that there is not."""
        del ctx
        if cmd_name not in _NAMES:
            return None
        found: click.Command = import_module(f"assetgen.cli.lock_{cmd_name.replace('-', '_')}").command
        return common(found)


@click.group("lock", cls=Commands, epilog="Example: assetgen lock merge", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Merge, format or explain the lock."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
