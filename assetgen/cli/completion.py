"""`assetgen completion`."""

import click
from click.shell_completion import get_completion_class

from assetgen.cli import options
from assetgen.cli.session import Session, pass_session

_WHERE = {
    "bash": "# append this to ~/.bashrc, or: assetgen completion bash > ~/.local/share/bash-completion/completions/assetgen\n",
    "zsh": "# append this to ~/.zshrc\n",
    "fish": "# assetgen completion fish > ~/.config/fish/completions/assetgen.fish\n",
}


@options.command("completion", "assetgen completion bash >> ~/.bashrc")
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(list(_WHERE)))
@click.pass_context
@pass_session
def command(session: Session, context: click.Context, shell: str) -> None:
    """Print a script that completes commands, options and names of assets."""
    found = get_completion_class(shell)
    assert found is not None
    script = found(context.find_root().command, {}, "assetgen", "_ASSETGEN_COMPLETE").source()
    session.terminal.product(f"{script}\n{_WHERE[shell]}")
