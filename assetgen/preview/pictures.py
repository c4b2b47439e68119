"""The bytes behind the digests that a page may ask for: found, verified, and made safe to show. No digest that nobody named is served.

What a provider, a person or a commit brought is drawn anew in a child process (`assetgen.decode`); only what assetgen wrote is shown as it
is, and only where it is a picture from its first byte to its last.
"""

import contextlib
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assetgen import digest
from assetgen.decode import container
from assetgen.decode.facts import Facts, NotAPicture
from assetgen.decode.pool import DRAWN, Decoder
from assetgen.errors import AssetgenError
from assetgen.files import Project
from assetgen.post import MAX_PIXELS
from assetgen.preview.revisions import Revisions
from assetgen.store import atomic, location
from assetgen.store.local import Store

THUMB = 320
_MOST = 100_000
_PNG = b"\x89PNG\r\n\x1a\n"


class Media(StrEnum):
    """Everything that is ever served as a picture."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    WEBP = "image/webp"
    AVIF = "image/avif"


MEDIA: Mapping[str, Media] = {"png": Media.PNG, "jpeg": Media.JPEG, "webp": Media.WEBP, "avif": Media.AVIF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where bytes are beside the store: files of the project. `own`: assetgen wrote them, and nobody has edited them."""

    paths: tuple[str, ...] = ()
    own: bool = False


class Pictures:
    """All pictures of one page. Safe to use from several threads; `close` ends its children."""

    def __init__(self, root: Path, home: Path, *, workers: int = 2) -> None:
        self.store = Store(home)
        self.revisions = Revisions(root=root)
        self._project = Project(root)
        self._thumbs = home / "thumbs"
        self._decoder = Decoder(workers)
        self._places: dict[str, Place] = {}
        self._blobs: dict[str, str] = {}
        self._facts: dict[str, Facts] = {}
        # Each request holds whole pictures in memory.
        self._door = threading.BoundedSemaphore(2 * workers)
        self._closed = False

    def name(self, places: Mapping[str, Place]) -> None:
        """Digests that may be asked for from now on; those of earlier looks may still be on somebody's screen."""
        if len(self._places) > _MOST:
            self._places = {}
        self._places.update(places)

    def committed(self, sha256: str, blob: str, *, own: bool) -> None:
        """Bytes that are to be had from git."""
        self._blobs[sha256] = blob
        self._places.setdefault(sha256, Place(own=own))

    def thumb(self, sha256: str) -> bytes | None:
        """A WebP of the picture that is at most `THUMB` pixels wide and high; None where there is nothing to show."""
        if sha256 not in self._places:
            return None
        kept = self._kept(sha256)
        if kept is None:
            kept = self._drawn(sha256, side=THUMB)
            if kept is not None:
                self._keep(sha256, kept)
        return kept

    def full(self, sha256: str) -> tuple[bytes, Media] | None:
        """The picture with all its pixels, and its media type; None where there is nothing to show."""
        if sha256 not in self._places:
            return None
        if self._places[sha256].own:
            with self._door:
                data = self.read(sha256)
            form = container.sniff(data or b"") or ""
            if data is not None and form in MEDIA and container.end(form, data) == len(data):
                return data, MEDIA[form]
        drawn = self._drawn(sha256)
        return None if drawn is None else (drawn, MEDIA[container.sniff(drawn) or ""])

    def facts(self, sha256: str) -> Facts | None:
        """What the pixels say, decoded when it is first asked; None for what is no picture."""
        if sha256 not in self._facts:
            with self._door:
                data = self.read(sha256)
                found = None if data is None else self._inspected(data)
            if found is None:
                return None
            self._facts[sha256] = found
        return self._facts[sha256]

    def at_hand(self, sha256: str) -> bool:
        """Whether the store has these bytes, or git."""
        return self.store.has(sha256) or sha256 in self._blobs

    def read(self, sha256: str) -> bytes | None:
        """The bytes that a digest names, verified; None where they are nowhere, or damaged."""
        data = self.store.get(sha256)
        if data is not None:
            return data
        place = self._places.get(sha256)
        for path in place.paths if place is not None else ():
            data = self._file(path)
            if data is not None and digest.of_bytes(data) == sha256:
                return data
        data = self.revisions.blob(self._blobs[sha256]) if sha256 in self._blobs else b""
        return data if digest.of_bytes(data) == sha256 else None

    def close(self) -> None:
        """End the children; what is asked for later is not there."""
        self._closed = True
        self._decoder.close()

    def _file(self, path: str) -> bytes | None:
        try:
            return self._project.read(path)
        except (OSError, AssetgenError):
            return None  # gone meanwhile, or no file of the project any more: there is nothing to show

    def _drawn(self, sha256: str, *, side: int = 0) -> bytes | None:
        with self._door:
            data = self.read(sha256)
            if data is None:
                return None
            try:
                return self._decoder.draw(_within(data), side=side, max_pixels=MAX_PIXELS)
            except NotAPicture:
                return None
            except AssetgenError:
                if self._closed:
                    return None
                raise

    def _inspected(self, data: bytes) -> Facts | None:
        try:
            return self._decoder.inspect(data, formats=DRAWN, max_pixels=MAX_PIXELS)
        except NotAPicture:
            return None

    def _kept(self, sha256: str) -> bytes | None:
        try:
            data = (self._thumbs / f"{sha256}.webp").read_bytes()
        except OSError:
            return None
        whole = container.sniff(data) == "webp" and container.end("webp", data) == len(data)
        return data if whole else None

    def _keep(self, sha256: str, data: bytes) -> None:
        """Whole or not at all, but not durable: a thumbnail that is lost is drawn again."""
        temp = self._thumbs / f"{atomic.TEMP}{secrets.token_hex(8)}"
        try:
            location.make(self.store.home)
            self._thumbs.mkdir(exist_ok=True)
            temp.write_bytes(data)
            temp.replace(self._thumbs / f"{sha256}.webp")
        except OSError:
            # A disk that is full or not ours to write costs time, and no picture.
            with contextlib.suppress(OSError):
                temp.unlink(missing_ok=True)


def _within(data: bytes) -> bytes:
    """The largest PNG inside a Windows icon, which no decoder here reads; anything else as it is."""
    if container.icon(data) is None:
        return data
    entries = (data[at : at + 16] for at in range(6, 6 + 16 * int.from_bytes(data[4:6], "little"), 16))
    spans = (slice(start := int.from_bytes(one[12:16], "little"), start + int.from_bytes(one[8:12], "little")) for one in entries)
    return max((data[span] for span in spans if data[span].startswith(_PNG)), key=len, default=data)
