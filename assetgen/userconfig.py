"""The user's configuration file: where it lies, how it is read, and what is wrong with it. What it means is in `assetgen.settings`.

It alone may name base URLs, proxies and hosts, beside the environment: a manifest comes from other people.
"""

import math
import re
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

from platformdirs import user_config_dir

from assetgen.errors import Fault, FaultyFile, Place
from assetgen.model import Json

Rule: TypeAlias = Callable[[object], str]

TABLES = ("env", "network", "providers", "plugins", "remote", "local")


def place(environ: Mapping[str, str]) -> Path:
    """Where the file lies, or would lie."""
    given = environ.get("ASSETGEN_CONFIG")
    return Path(given) if given else Path(user_config_dir("assetgen")) / "config.toml"


def read(environ: Mapping[str, str]) -> dict[str, dict[str, Json]]:
    """The tables of the file, judged; ASSETGEN_CONFIG names another one. Raises `FaultyFile`."""
    given, path = environ.get("ASSETGEN_CONFIG"), place(environ)
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        if not given:
            return {}
        raise _faulty(path, f'"{path}", named by ASSETGEN_CONFIG, does not exist') from None
    except UnicodeDecodeError:
        raise _faulty(path, "the file is not UTF-8") from None
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        message, _, where = str(failure).partition(" (at ")
        line, column = (int(number) for number in (re.findall(r"\d+", where) or [text.count("\n") + 1, 1]))
        raise _faulty(path, message[:1].lower() + message[1:], line=line, column=column) from None
    faults = [_fault(path, subject, message, hint) for subject, message, hint in _judge(tables)]
    if faults:
        raise FaultyFile(faults)
    return tables


def _judge(tables: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """What is wrong with the configuration, as (key, what is so, hint)."""
    found = []
    for name, table in tables.items():
        if name not in TABLES:
            near = get_close_matches(name, TABLES, 1)
            found.append((name, f'unknown table "{name}"', f'did you mean "{near[0]}"?' if near else ""))
        elif not isinstance(table, dict):
            found.append((name, "must be a table", f"[{name}]"))
        elif name == "env":
            wrong = [key for key, value in table.items() if not isinstance(value, str)]
            found += [(f"env.{key}", "must be a string", "") for key in wrong]
        elif name == "network":
            found += _judge_keys("network", table, {"proxy": _url})
        elif name == "providers":
            found += [item for provider, keys in table.items() for item in _judge_provider(provider, keys)]
    return found


def _judge_provider(name: str, keys: object) -> list[tuple[str, str, str]]:
    if not isinstance(keys, dict):
        return [(f"providers.{name}", "must be a table", f"[providers.{name}]")]
    known = {
        "base_url": _url,
        "concurrency": _count,
        "requests_per_minute": _count,
        "read_timeout": _count,
        "result_hosts": _names,
        "price": _prices,
    }
    return _judge_keys(f"providers.{name}", {key: keys[key] for key in keys if key in known}, known)


def _judge_keys(table: str, keys: Mapping[str, object], known: Mapping[str, Rule]) -> list[tuple[str, str, str]]:
    found = []
    for key, value in keys.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            found.append((f"{table}.{key}", "unknown key", f'did you mean "{near[0]}"?' if near else ""))
        elif wrong := known[key](value):
            found.append((f"{table}.{key}", wrong, ""))
    return found


def _url(value: object) -> str:
    return "" if isinstance(value, str) and re.match(r"(https?|socks5h?)://[^\s/]", value) else "must be a URL with its scheme"


def _count(value: object) -> str:
    return "" if isinstance(value, int) and not isinstance(value, bool) and value > 0 else "must be a whole number above 0"


def _prices(value: object) -> str:
    """The price of a picture, or a table of one for each model."""
    every = list(value.values()) if isinstance(value, dict) else [value]
    wrong = any(isinstance(one, bool) or not isinstance(one, int | float) or not 0 <= one < math.inf for one in every)
    return "must be USD for a picture, or a table of that by the provider's name of the model" if wrong else ""


def _names(value: object) -> str:
    return "" if isinstance(value, list) and all(isinstance(item, str) and item for item in value) else "must be a list of host names"


def _fault(path: Path, subject: str, message: str, hint: str = "", *, line: int = 1, column: int = 1) -> Fault:
    return Fault(message=message, subject=subject, place=Place(file=str(path), line=line, column=column), hint=hint)


def _faulty(path: Path, message: str, *, line: int = 1, column: int = 1) -> FaultyFile:
    return FaultyFile([_fault(path, "", message, line=line, column=column)])
