"""Where secrets, base URLs and proxies come from: the environment, a `.env` beside the manifest, the user's configuration file.

Nothing of this ever stands in a manifest, and nothing read here may appear in a message: `redact` is for every foreign text.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote, urlsplit

from assetgen.dotenv import parse
from assetgen.errors import Fault, FaultyFile, Place
from assetgen.events import Noted
from assetgen.model import Json
from assetgen.store import git
from assetgen.userconfig import read

PROXY = "ASSETGEN_PROXY"

_SECRET = re.compile(r"(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(_|$)", re.IGNORECASE)
_STEERS = re.compile(r"(URL|HOST|PROXY|ENDPOINT)$", re.IGNORECASE)
_SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Settings:
    """See `assetgen.providers.Settings`. `sources` are variables, the strongest source first; `tables` is the user's configuration."""

    sources: tuple[Mapping[str, str], ...] = ()
    tables: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    root: str = ""

    @staticmethod
    def load(root: Path, environ: Mapping[str, str]) -> "Settings":
        """Read every source. Raises `FaultyFile` for a file that cannot be understood, or a `.env` that somebody else may have sent."""
        tables = read(environ)
        local = _dotenv(root)
        stored = {name: str(value) for name, value in tables.get("env", {}).items()}
        if "proxy" in tables.get("network", {}):
            stored.setdefault(PROXY, str(tables["network"]["proxy"]))
        return Settings((environ, local, stored), tables, str(root))

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value that is not empty, in the order of the sources."""
        return next((value for source in self.sources if (value := source.get(name))), default)

    def provider(self, name: str) -> Mapping[str, Json]:
        """The table `[providers.NAME]` of the user's configuration; empty where there is none."""
        table = self.tables.get("providers", {}).get(name, {})
        return table if isinstance(table, dict) else {}

    def price(self, name: str, model: str) -> Decimal | None:
        """What the user says that a picture costs at a provider, by its name of the model; None where nothing is said."""
        told = self.provider(name).get("price")
        found = told.get(model) if isinstance(told, dict) else told
        return Decimal(str(found)) if isinstance(found, int | float) else None

    def secrets(self) -> tuple[str, ...]:
        """Every loaded value whose name looks like a key's, and the password of the proxy; the longest first."""
        found = {value for source in self.sources for name, value in source.items() if _SECRET.search(name)}
        found |= {part for part in [urlsplit(self.get(PROXY, "") or "").password] if part}
        return tuple(sorted((value for value in found if len(value) >= _SHORTEST), key=lambda value: (-len(value), value)))

    def redact(self, text: str) -> str:
        """The text without any secret, also where one stands in base64, percent-encoded, or with its last twelve characters only."""
        # All are looked for in the text as it is: what one leaves of another, whose end or beginning it shares, would be shown.
        spans = sorted(span for form in {form for secret in self.secrets() for form in _forms(secret)} for span in _found(form, text))
        parts: list[str] = []
        reached = 0
        for start, stop in spans:
            if start >= reached:
                parts += [text[reached:start], "[redacted]"]
            reached = max(reached, stop)
        return "".join([*parts, text[reached:]])


def unguarded(root: Path) -> list[Noted]:
    """A note where `.env` lies in a git repository and could be committed. Asks git, if git is there."""
    if not (root / ".env").is_file() or not _shared(root):
        return []
    return [Noted(message='".env" is not ignored by git, so its keys can be committed', hint="echo .env >> .gitignore")]


def _found(form: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a form stands, also where it overlaps with itself."""
    at = text.find(form)
    while at >= 0:
        yield at, at + len(form)
        at = text.find(form, at + 1)


def _forms(secret: str) -> set[str]:
    data = secret.encode()
    coded = [base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()]
    quoted = quote(secret, safe="")
    lower = re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), quoted)
    forms = {secret, quoted, lower, secret.replace("/", "\\/"), json.dumps(secret)[1:-1], *coded, *(form.rstrip("=") for form in coded)}
    if len(secret) > 16:
        forms.add(secret[-12:])
    return forms


def _dotenv(root: Path) -> dict[str, str]:
    try:
        data = (root / ".env").read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return {}
    found = parse(data, ".env")
    # Whoever sends a repository with such a file could have the reader's own keys sent to a server of his choice.
    steering = [name for name in found if _STEERS.search(name)]
    if steering and _shared(root):
        message = f'"{steering[0]}" decides where keys are sent, and a ".env" that git does not ignore may come from anybody'
        raise FaultyFile([Fault(message=message, place=Place(file=".env", line=1, column=1), hint="echo .env >> .gitignore")])
    return found


def _shared(root: Path) -> bool:
    """Whether git could carry, or has carried, `.env` to other people: 1 means not ignored, 128 no repository."""
    try:
        asked = git.ask(root, "check-ignore", "-q", ".env")
    except OSError:
        return False
    return asked.returncode == 1
