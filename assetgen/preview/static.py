"""The gallery as plain files that open from disk and from any web server: one page, its data inside, pictures by digest beside it.

The same project gives the same bytes: no clock, host or absolute path is in it, and nothing that only this machine knows.
"""

import json
import os
import re
import secrets
from collections.abc import Callable, Container, Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

from assetgen.errors import UsageError
from assetgen.preview.detail import detail
from assetgen.preview.documents import Archive, Detail
from assetgen.preview.gallery import Snapshot, snapshot
from assetgen.preview.pictures import Media, Pictures
from assetgen.report import words
from assetgen.store import atomic
from assetgen.watch.wishes import Looked

MARKER = ".assetgen-gallery"
POLICY = "default-src 'none'; img-src 'self' file:; script-src 'self' file:; style-src 'self' file:; base-uri 'none'; form-action 'none'"
_SUFFIXES = {Media.PNG: "png", Media.JPEG: "jpg", Media.WEBP: "webp", Media.AVIF: "avif"}
_INDEX = "index.html"
_FOLDERS = ("thumbs", "pictures")
_OURS = re.compile(r"[0-9a-f]{64}\.(?:png|jpg|webp|avif)")


def write(looked: Looked, folder: Path) -> list[str]:
    """Write the gallery of a survey that is open, over an earlier one; returns what to say of it.

    Raises UsageError for a folder that holds anything else. A page is never seen with pictures that are not there: it is written last.
    """
    _check(folder)
    workers = os.cpu_count() or 1
    workspace = looked.seen.workspace
    pictures = Pictures(workspace.root, workspace.home, workers=workers)
    try:
        found = snapshot(looked, before=None, static=True, pictures=pictures)
        with ThreadPoolExecutor(workers) as pool:
            details = dict(zip(found.cards, filter(None, pool.map(lambda name: detail(found, name), found.cards)), strict=True))
            _prepare(folder)
            large, small = sorted(_shown(details.values())), sorted(_small(found, details.values()))
            files = dict(zip(large, pool.map(lambda sha256: _picture(pictures, folder, sha256), large), strict=True))
            thumbs = set(pool.map(lambda sha256: _thumb(pictures, folder, sha256), small))
    finally:
        pictures.close()
    there = {sha256: path for sha256, path in files.items() if path is not None}
    _parts(folder)
    _put(folder / _INDEX, _page({"gallery": found.gallery(), "details": details, "pictures": there}, workspace.settings.redact))
    _tidy(folder, {*thumbs, *there.values()})
    lines = [f'wrote {words.count(len(details), "asset")} and {words.count(len(there), "picture")} to "{folder}"']
    missing = len(files) - len(there)
    return lines + ([f"{words.count(missing, 'picture')} cannot be shown: not on this machine, or damaged"] if missing else [])


def _shown(details: Iterable[Detail]) -> set[str]:
    """The digests of all pictures that can be looked at with all their pixels."""
    found: set[str] = set()
    for made in details:
        every = [one for output in made["outputs"] for one in (output["now"], output["last"], output["head"], output["draft"])]
        every += [candidate["picture"] for candidate in made["candidates"]]
        found |= {one["sha256"] for one in every if one is not None}
    return found


def _small(found: Snapshot, details: Iterable[Detail]) -> set[str]:
    """The digests of all pictures that are shown small."""
    cards = {card["thumb"] for card in found.cards.values()}
    more = {one["picture"]["sha256"] for made in details for one in made["candidates"]}
    more |= {one["picture"] for made in details for one in made["history"] if one["picture"] is not None}
    return more | {sha256 for sha256 in cards if sha256 is not None}


def _picture(pictures: Pictures, folder: Path, sha256: str) -> str | None:
    made = pictures.full(sha256)
    return None if made is None else _file(folder, f"pictures/{sha256}.{_SUFFIXES[made[1]]}", made[0])


def _thumb(pictures: Pictures, folder: Path, sha256: str) -> str | None:
    made = pictures.thumb(sha256)
    return None if made is None else _file(folder, f"thumbs/{sha256}.webp", made)


def _file(folder: Path, name: str, data: bytes) -> str:
    _put(folder / name, data)
    return name


def _page(data: Archive, redact: Callable[[str], str]) -> bytes:
    """The page with its data. Escaped so that no text in it can end the element, whatever it holds."""
    text = (
        redact(json.dumps(data, sort_keys=True, separators=(",", ":")))
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
    )
    page = (resources.files("assetgen.preview") / "page" / _INDEX).read_text(encoding="utf-8")
    head = f'<head>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    body = f'<script type="application/json" id="assetgen-data">{text}</script>\n</body>'
    first, last = page.index("<head>"), page.rindex("</body>")
    return f"{page[:first]}{head}{page[first + 6 : last]}{body}{page[last + 7 :]}".encode()


def _parts(folder: Path) -> None:
    """Copy what belongs to the page beside the page itself."""
    for part in (resources.files("assetgen.preview") / "page").iterdir():
        if part.name != _INDEX and part.is_file():
            _put(folder / part.name, part.read_bytes())


def _check(folder: Path) -> None:
    """Raise UsageError for a folder that is somebody's."""
    hint = "name a folder that does not exist yet"
    if folder.exists() and not folder.is_dir():
        raise UsageError(f'"{folder}" is a file', hint=hint)
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise UsageError(f'"{folder}" holds files that are no gallery of assetgen', hint=hint)
    links = [name for name in _FOLDERS if (folder / name).is_symlink()]
    if links:
        raise UsageError(f'"{folder / links[0]}" is a link', hint=hint)


def _prepare(folder: Path) -> None:
    """Make the folders, and say whose they are before anything else is in them."""
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    _put(folder / MARKER, b"Written by assetgen preview --static, and replaced by it.\n")


def _tidy(folder: Path, written: Container[str | None]) -> None:
    """Remove the pictures of earlier galleries, and of those that were begun and not ended."""
    for temp in (*atomic.temps(folder), *(temp for name in _FOLDERS for temp in atomic.temps(folder / name))):
        temp.unlink()
    for name in _FOLDERS:
        for path in (folder / name).iterdir():
            if _OURS.fullmatch(path.name) and f"{name}/{path.name}" not in written:
                path.unlink()


def _put(path: Path, data: bytes) -> None:
    """Write a file whole, in the place of a link too."""
    temp = path.with_name(f"{atomic.TEMP}{secrets.token_hex(8)}")
    temp.write_bytes(data)
    temp.replace(path)
