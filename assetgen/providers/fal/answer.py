"""Reads what fal's queue says of a job and what an app made. Sends nothing. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from assetgen.errors import BadAnswer, ProviderFailure, Refused
from assetgen.model import Json
from assetgen.providers.failures import plain, told
from assetgen.providers.http import Answer
from assetgen.providers.polling import Judged, Over, Waiting
from assetgen.providers.results import USAGE

_ENDED = frozenset({"CANCELED", "CANCELLED", "CANCELLATION_REQUESTED", "FAILED", "ERROR"})
_MODERATED = ("content_policy", "nsfw", "safety", "moderation", "sensitive")


def judge(status: dict[str, Any]) -> Judged[bool]:
    """Whether the queue has done with a job; a failure shows in the result. Raises BadAnswer where there will be none."""
    match status.get("status"):
        case "COMPLETED":
            return Over(value=True)
        case "IN_QUEUE":
            place = status.get("queue_position")
            return Waiting(text=f"waits, {place} before it" if isinstance(place, int) else "waits")
        case "IN_PROGRESS":
            return Waiting(text="draws")
        case str(word) if word.upper() in _ENDED:
            raise BadAnswer(f"the job ended at fal as {plain(word).lower()}{told(status.get('error'))}", hint=USAGE)
        case str(word):
            return Waiting(text=f'reports the unknown status "{plain(word)}"')
        case _:
            return Waiting(text="reports no status")


def failed(answer: Answer) -> ProviderFailure | None:
    """The final failure of a job behind the status of its result; None where only the reading failed."""
    table, kind = answer.table() or {}, answer.headers.get("x-fal-error-type", "")
    words, code = detail(table)
    said = told(words, code or kind)
    if answer.status in {404, 410, 401, 402, 403, 408, 429} or not 400 <= answer.status < 600:
        return None
    if any(word in f"{code} {kind} {words}".lower() for word in _MODERATED):
        return Refused(f"fal refused the pictures{said}", paid=True)
    if answer.status < 500:
        return Refused(f"fal refused the request{said}", paid=True)
    # A gateway's 502 says nothing of the job; the app's own failure is JSON with its words, and is not billed.
    return BadAnswer(f"the job failed at fal{said}", hint="fal does not bill it: build again", paid=False) if words else None


def detail(table: Mapping[str, Any]) -> tuple[str, str]:
    """The words and the type of an error: `detail` is a text, or a list of tables with `msg` and `type`."""
    given = table.get("detail", table.get("error"))
    entries: Sequence[Any] = given if isinstance(given, list) else [given]
    words, kinds = [], []
    for entry in entries:
        if isinstance(entry, str):
            words.append(entry)
        elif isinstance(entry, dict):
            place = ".".join(str(part) for part in entry.get("loc", ()) if part != "body") if isinstance(entry.get("loc"), list) else ""
            words.append(f"{place}: {entry.get('msg')}" if place else str(entry.get("msg")))
            kinds.append(str(entry.get("type", "")))
    return "; ".join(words), next((kind for kind in kinds if kind), str(table.get("error_type") or ""))


def pictures(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries of the pictures that may be seen. Raises Refused where all are blacked out, BadAnswer where there is none."""
    listed = result.get("images")
    entries = listed if isinstance(listed, list) else [result.get("image")]
    found: list[Mapping[str, Any]] = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("url"), str)]
    if not found:
        raise BadAnswer("fal ended the job without a picture", hint=USAGE)
    flags = result.get("has_nsfw_concepts")
    seen = flags if isinstance(flags, list) else []
    shown = [entry for index, entry in enumerate(found) if not (index < len(seen) and seen[index] is True)]
    if not shown:
        raise Refused("fal refused the pictures: its safety checker blacked them out")
    return shown


def effective(result: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Json]:
    """What the app says it did: the size of the picture and its type."""
    kept = {name: entry.get(name) for name in ("width", "height", "content_type")} | {"seed": result.get("seed")}
    return {name: value for name, value in kept.items() if isinstance(value, int | str) and value != ""}


def revised(result: Mapping[str, Any], prompt: str) -> str | None:
    """The prompt that was drawn, where the app says that it was another one."""
    used = result.get("prompt") or result.get("revised_prompt")
    return used if isinstance(used, str) and used.strip() and used != prompt else None


def seed(result: Mapping[str, Any]) -> int | None:
    """The seed that was used."""
    value = result.get("seed")
    return value if isinstance(value, int) and not isinstance(value, bool) else None
