"""Providers: whether their keys are set, and, only where the user asks for it, whether they answer. No key is ever told."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from assetgen.engine.doctor.software import missing
from assetgen.errors import AssetgenError
from assetgen.plugins import Providers
from assetgen.providers import SERVER, Traits, kind_of
from assetgen.providers.http import key_hint
from assetgen.report.examination import ExtraEntry, ServiceEntry
from assetgen.settings import PROXY, Settings

# The extra that brings a provider's SDK; stability's is for its older API only.
EXTRAS: Mapping[str, str] = {"openai": "openai", "replicate": "replicate", "diffusers": "local"}
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a provider would not work now, and the cure."""

    text: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One provider: where it is asked, what is wrong with it, what came of asking it, and the ends of models that it announces."""

    name: str
    traits: Traits
    keys: Mapping[str, bool]
    source: str
    url: str | None
    error: str | None = None
    faults: tuple[Fault, ...] = ()
    answer: str | None = None
    ends: Mapping[str, str] | None = None

    def entry(self, assets: Sequence[str]) -> ServiceEntry:
        """As it is told; `assets` use it."""
        return {
            "name": self.name,
            "keys": [{"variable": variable, "set": known} for variable, known in self.keys.items()],
            "base_url": self.source,
            "assets": list(assets),
            "answer": self.answer,
            "error": self.error,
        }


def services(found: Providers, settings: Settings, extras: Iterable[ExtraEntry], more: Iterable[str] = ()) -> dict[str, Service]:
    """The installed providers, other servers of them that the user has a table for, and those of `more` (names in the manifest)."""
    named = (name for name in (*settings.tables.get("providers", {}), *more) if SERVER.fullmatch(name) and kind_of(name) in found)
    by_name = {entry["name"]: entry for entry in extras}
    return {name: _service(name, found, settings, by_name) for name in sorted({*found, *named})}


def asked(service: Service, settings: Settings) -> Service:
    """The service with what came of asking it: one request, no longer than ten seconds, and a key goes only to OpenAI's kind."""
    if service.url is None or service.error:
        return service
    models = kind_of(service.name) == "openai"
    key = next((settings.get(name) for name in service.keys), None) if models else None
    headers = {"Authorization": f"Bearer {key.strip()}"} if key and key.isascii() and key.isprintable() else {}
    url = f"{service.url}/models" if models else service.url
    try:
        with httpx.Client(timeout=_TIMEOUT, trust_env=False, proxy=settings.get(PROXY)) as client:
            got = client.get(url, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as lost:
        fault = Fault(text=f"{service.name} does not answer ({type(lost).__name__})", hint=_reach(service))
        return replace(service, answer=f"does not answer ({type(lost).__name__})", faults=(*service.faults, fault))
    if models and got.status_code in (401, 403):
        fault = Fault(text=f"{service.name} does not take the key", hint=key_hint(next(iter(service.keys), "a key")))
        return replace(service, answer=f"answers {got.status_code}", faults=(*service.faults, fault))
    return replace(service, answer="answers", ends=_ends(got) if models else None)


def near(service: Service) -> bool:
    """Whether it is on this machine, and nobody pays for it: then it may be asked without a word from the user."""
    host = urlsplit(service.url or "").hostname or ""
    if service.traits.paid:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _service(name: str, found: Providers, settings: Settings, extras: Mapping[str, ExtraEntry]) -> Service:
    try:
        traits = found.made(name).traits
    except (AssetgenError, KeyError) as error:
        message, hint = (error.message, error.hint) if isinstance(error, AssetgenError) else (f'there is no provider "{name}"', "")
        fault = Fault(text=f"{name}: {message}", hint=hint or "assetgen providers")
        return Service(name=name, traits=Traits(), keys={}, source="", url=None, error=message, faults=(fault,))
    keys = {variable: bool(settings.get(variable)) for variable in traits.keys}
    source, url = _base(name, traits, settings)
    lacking = [variable for variable, known in keys.items() if not known]
    faults = [Fault(text=f'{name} has no key: "{variable}" is not set', hint=key_hint(variable)) for variable in lacking]
    extra = extras.get(EXTRAS.get(name, ""))
    if extra is not None and not extra["installed"]:
        text = f'{name} needs the extra "{extra["name"]}": {missing(extra)}'
        faults.append(Fault(text=text, hint=f"pip install 'assetgen-build[{extra['name']}]'"))
    if traits.url is not None and url is None:
        faults.append(Fault(text=f"no base URL is set for {name}", hint=f"{traits.url}=https://host"))
    return Service(name=name, traits=traits, keys=keys, source=source, url=url, faults=tuple(faults))


def _base(name: str, traits: Traits, settings: Settings) -> tuple[str, str | None]:
    """Where the base URL is from, in words, and the URL."""
    if traits.url is None:
        return "", None
    if given := settings.get(traits.url):
        return traits.url, given.strip().rstrip("/")
    if table := settings.provider(name).get("base_url"):
        return "user configuration", str(table).strip().rstrip("/")
    return ("its own", traits.address) if traits.address else ("", None)


def _reach(service: Service) -> str:
    where = f"{service.traits.url}=https://host" if service.traits.url else ""
    return f"start it, or say where it is: {where}" if near(service) else f"look at the network, {PROXY} and {service.traits.url}"


def _ends(got: httpx.Response) -> dict[str, str]:
    """Models that the server says it will shut down, with the day."""
    try:
        listed = got.json().get("data", [])
    except (ValueError, AttributeError):
        return {}
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    return {str(row["id"]): _day(row["shutdown_date"]) for row in rows if row.get("id") and row.get("shutdown_date")}


def _day(value: object) -> str:
    """A date as it is written, or one in seconds since 1970."""
    return datetime.fromtimestamp(value, UTC).date().isoformat() if isinstance(value, int | float) else str(value)[:10]
