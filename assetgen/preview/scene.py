"""What the page shows now: the last look at the project, and what happened since. The watch's thread writes, the server's threads read."""

import threading
from collections.abc import Callable
from typing import cast

from assetgen.errors import AssetgenError
from assetgen.events import Done, Event, Failed, Planned, Progressed, Started
from assetgen.model import Json
from assetgen.preview.detail import detail
from assetgen.preview.gallery import Snapshot, busy, faulty, snapshot, unread, update
from assetgen.preview.stream import Feed, encode
from assetgen.report.progress import lines
from assetgen.report.text import plain
from assetgen.watch.wishes import Broken, Ended, Happened, Looked, Refused, Told, Typed

FIRST_LOOK = 60.0


class Scene:
    """The last snapshot with the number of the message that told of it."""

    def __init__(self, *, watching: bool, redact: Callable[[str], str]) -> None:
        self.feed = Feed()
        self._watching, self._redact = watching, redact
        self._guard = threading.Lock()
        self._looked = threading.Event()
        self._now: Snapshot | None = None
        self._unread: AssetgenError | None = None

    def hear(self, told: Told) -> None:
        """Take what the watch tells."""
        match told:
            case Looked():
                self._show(snapshot(told, before=self._now, watching=self._watching))
            case Broken():
                self._break(told.error)
            case Happened():
                if isinstance(told.event, Planned) and told.event.todo and self._now is not None:
                    self._show(busy(self._now, building=True))
                self._happened(told.event, draft=told.draft)
            case Ended():
                if self._now is not None:
                    self._show(busy(self._now, building=False))
            case Refused():
                self._publish("event", _line("refused", "", told.error.message, told.error.hint))
            case Typed():
                pass  # that is between the terminal and its user

    def close(self) -> None:
        """Nothing more will be shown."""
        self.feed.close()
        self._looked.set()
        if self._now is not None:
            self._now.pictures.close()

    def gallery(self) -> str:
        """The whole gallery, once there was a first look at the project."""
        self._looked.wait(FIRST_LOOK)
        with self._guard:
            number, now, error = self.feed.number, self._now, self._unread
        if now is None:
            shown = unread("", error or AssetgenError("the project has not been read yet"), watching=self._watching)
        else:
            shown = now.gallery()
        return self._text({**shown, "revision": number})

    def detail(self, name: str) -> str | None:
        """Everything about one asset; None where there is no such asset."""
        found = None if self._now is None else detail(self._now, name)
        return None if found is None else self._text(found)

    def thumb(self, sha256: str) -> bytes | None:
        """A small WebP of a picture that some look named."""
        return None if self._now is None else self._now.pictures.thumb(sha256)

    def full(self, sha256: str) -> tuple[bytes, str] | None:
        """A picture and its media type."""
        return None if self._now is None else self._now.pictures.full(sha256)

    def _show(self, new: Snapshot) -> None:
        with self._guard:
            changed = update(self._now, new)
            self._now = new
            if changed is not None:
                self.feed.publish("update", self._text({**changed, "revision": self.feed.number + 1}))
        self._looked.set()

    def _break(self, error: AssetgenError) -> None:
        if self._now is not None:
            self._show(faulty(self._now, error))
            return
        self._unread = error
        self._looked.set()
        self.feed.publish("reset", "{}")

    def _happened(self, event: Event, *, draft: bool) -> None:
        match event:
            case Started():
                self._publish("event", _line("started", event.asset, "drafting" if draft else event.action))
            case Progressed():
                self._publish("event", _line("progressed", event.asset, event.text) | {"fraction": event.fraction})
            case _:
                kind = {Done: "done", Failed: "failed"}.get(type(event), "told")
                text = "\n".join("".join(plain(piece) for piece in line).strip() for line in lines(event))
                if text:
                    self._publish("event", _line(kind, getattr(event, "asset", ""), text))

    def _publish(self, kind: str, value: dict[str, Json]) -> None:
        self.feed.publish(kind, self._text(value))

    def _text(self, value: object) -> str:
        """JSON without the user's secrets."""
        return self._redact(encode(cast("Json", value)))


def _line(kind: str, asset: str, text: str, hint: str = "") -> dict[str, Json]:
    return {"kind": kind, "asset": asset, "text": text, "hint": hint}
