"""Options and arguments that several commands share."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click
from click.shell_completion import CompletionItem

from assetgen.cli import formats
from assetgen.engine.select import select
from assetgen.engine.survey import look
from assetgen.errors import AssetgenError
from assetgen.model import Asset


def command(name: str, example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command whose help is the docstring of its function, with one example."""
    return click.command(name, epilog=f"Example: {example}")


def complete_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names and tags of the project's assets; nothing where the manifest cannot be read."""
    try:
        with look() as seen:
            assets = seen.workspace.manifest.assets
            known = [*assets, *sorted({f"tag:{tag}" for asset in assets.values() for tag in asset.tags})]
    except (AssetgenError, OSError):
        return []
    return [CompletionItem(name) for name in known if name.startswith(incomplete)]


names = click.argument("names", nargs=-1, shell_complete=complete_names)
one_name = click.argument("name", shell_complete=complete_names)
as_json = formats.as_json
dry_run = click.option("-n", "--dry-run", is_flag=True, help="Show what would be done, and do nothing.")


def chosen(words: Iterable[str], assets: Mapping[str, Asset]) -> list[str]:
    """The selected names in the order of the manifest. Raises UsageError for a word that selects nothing."""
    found = select(words, assets)
    return [name for name in assets if name in found]
