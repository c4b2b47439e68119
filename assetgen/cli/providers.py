"""`assetgen providers`."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from assetgen.cli import options
from assetgen.cli.secrets import settings as settings_of
from assetgen.cli.session import Session, pass_session
from assetgen.engine.workspace import opened
from assetgen.errors import AssetgenError
from assetgen.net import Http
from assetgen.plugins import Providers
from assetgen.providers import SERVER, Traits, kind_of
from assetgen.report import document, words
from assetgen.report.text import Cell, Painted
from assetgen.settings import PROXY, Settings, unguarded

_SOURCES = ("environment", ".env", "user configuration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is told of a provider; the key itself never. `error` says why it cannot be loaded."""

    name: str
    key: str = ""
    base_url: str = ""
    traits: tuple[str, ...] = ()
    error: str = ""
    hint: str = ""


@options.command("providers", "assetgen providers")
@options.as_json
@pass_session
def command(session: Session, *, as_json: bool) -> None:
    """List the installed providers: what they are like, whether a key is set, and where their base URL is from."""
    settings = settings_of(session.path)
    http = Http(proxy=settings.get(PROXY))
    found = Providers(settings, http)
    try:
        sheets = [_sheet(name, found, settings) for name in _names(found, settings, _used(session.path))]
    finally:
        found.close()
        http.close()
    if as_json:
        made = document.document("providers", summary={"total": len(sheets)})
        made["providers"] = [asdict(sheet) for sheet in sheets]
        session.terminal.product(document.text(made))
    else:
        session.terminal.table([_row(sheet) for sheet in sheets], ["PROVIDER", "KEY", "BASE URL", "TRAITS"])
    for note in unguarded(session.path.resolve()):
        session.terminal.note(note.message, note.hint)


def _names(found: Providers, settings: Settings, used: Iterable[str]) -> list[str]:
    """The installed providers, and their other servers that the user's configuration has a table for, or that the manifest names."""
    known = {*settings.tables.get("providers", {}), *used}
    return sorted({*found, *(name for name in known if SERVER.fullmatch(name) and kind_of(name) in found)})


def _used(start: Path) -> set[str]:
    """The providers that the manifest names; none where there is no project, or one that cannot be read."""
    try:
        with opened(start) as workspace:
            assets = workspace.manifest.assets.values()
            return {name for asset in assets for name in (asset.provider, *asset.via) if name is not None}
    except (AssetgenError, OSError):
        return set()


def _sheet(name: str, providers: Providers, settings: Settings) -> Sheet:
    try:
        traits = providers.made(name).traits
    except AssetgenError as error:
        return Sheet(name=name, error=error.message, hint=error.hint)
    return Sheet(name=name, key=_key(traits, settings), base_url=_base(name, traits, settings), traits=_traits(traits))


def _row(sheet: Sheet) -> list[Cell]:
    more: Cell = [Painted(sheet.error, "bad"), f"\nhint: {sheet.hint}" if sheet.hint else ""] if sheet.error else ", ".join(sheet.traits)
    return [Painted(sheet.name, "strong"), sheet.key, sheet.base_url, more]


def _key(traits: Traits, settings: Settings) -> str:
    """Whether there is a key, and the names of the variables; never the key."""
    if not traits.keys:
        return "not needed"
    missing = [name for name in traits.keys if not settings.get(name)]
    return f"no, set {' and '.join(missing)}" if missing else f"yes, {' and '.join(traits.keys)}"


def _base(name: str, traits: Traits, settings: Settings) -> str:
    """Where the base URL is from, in the order in which sources are asked."""
    if traits.url is None:
        return ""
    for source, values in zip(_SOURCES, settings.sources, strict=False):
        if values.get(traits.url):
            return f"{traits.url} of the {source}" if source != ".env" else f"{traits.url} of .env"
    return "user configuration" if settings.provider(name).get("base_url") else "its own"


def _traits(traits: Traits) -> tuple[str, ...]:
    flags = {
        "made by hand": traits.by_hand,
        "placeholder": traits.placeholder,
        "free": not traits.paid and not traits.by_hand,
        "repeatable": traits.repeatable,
        f"{words.count(traits.concurrency, 'request')} at once": traits.paid,
        f"{traits.per_minute} a minute": traits.per_minute is not None,
    }
    return tuple(text for text, given in flags.items() if given)
