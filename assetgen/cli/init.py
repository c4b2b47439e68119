"""`assetgen init`."""

import json
from importlib import resources
from pathlib import Path

import click

from assetgen import plugins
from assetgen.cli import options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.workspace import catalog
from assetgen.errors import UsageError
from assetgen.manifest import Vocabulary
from assetgen.manifest.jsonschema import manifest_schema
from assetgen.model import MANIFEST
from assetgen.report import words
from assetgen.store import atomic

IGNORED = (".env", ".assetgen/", "inbox/")
SCHEMA = ".assetgen/schema.json"


@options.command("init", "assetgen init art")
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@pass_session
def command(session: Session, directory: Path) -> None:
    """Write a manifest to begin with, and keep what must not be committed out of git. `assetgen build` works right after it."""
    manifest = directory / MANIFEST
    if manifest.exists():
        raise UsageError(f'"{manifest}" exists already', hint=_at(directory, "status"))
    if directory.exists() and not directory.is_dir():
        raise UsageError(f'"{directory}" is not a folder', hint="assetgen init FOLDER")
    text = resources.files("assetgen.cli").joinpath("template.toml").read_bytes()
    atomic.write(directory / SCHEMA, json.dumps(schema(), indent=1).encode())
    added = _ignore(directory / ".gitignore")
    atomic.write(manifest, text)
    terminal = session.terminal
    terminal.say(f'wrote "{manifest}"')
    if added:
        terminal.say(f'added {words.quoted(added)} to "{directory / ".gitignore"}"')
    terminal.say(f"next: {_at(directory, 'build')}")


def schema() -> dict[str, object]:
    """The JSON Schema of a manifest, with the ops, models and providers that are installed."""
    known = Vocabulary(
        ops=plugins.Ops(), models=frozenset(catalog().models), providers=frozenset((*plugins.found(plugins.PROVIDERS), "file"))
    )
    return manifest_schema(known)


def _ignore(path: Path) -> list[str]:
    """Append the lines that are missing; returns them."""
    try:
        before = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        before = ""
    there = {line.strip().strip("/") for line in before.splitlines()}
    missing = [line for line in IGNORED if line.strip("/") not in there]
    if missing:
        joint = "" if not before or before.endswith("\n") else "\n"
        atomic.write(path, (before + joint + "".join(f"{line}\n" for line in missing)).encode())
    return missing


def _at(directory: Path, command: str) -> str:
    return f"assetgen {command}" if directory == Path() else f"assetgen -C {directory} {command}"
