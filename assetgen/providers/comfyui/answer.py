"""Reads ComfyUI's queue and history: where a job stands, and the files it has made. Sends nothing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from assetgen.errors import BadAnswer
from assetgen.providers.comfyui.failures import WHO, of_run
from assetgen.providers.polling import Judged, Over, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A picture on the server. `first`: of its node, and so the one that the seed belongs to."""

    query: str
    first: bool


def place(queue: Mapping[str, Any], name: str) -> int | None:
    """How many jobs stand before this one, 0 for the one that runs; None where it is not in the queue."""
    running, pending = _ids(queue.get("queue_running")), _ids(queue.get("queue_pending"))
    if name in running:
        return 0
    return len(running) + pending.index(name) if name in pending else None


def judge(table: Mapping[str, Any], name: str) -> Judged[Mapping[str, Any]]:
    """Whether a job is over, by a queue that holds it, or by its history. Raises BadAnswer for a run that failed."""
    if "queue_running" in table:
        before = place(table, name)
        return Waiting(text=f"waits for {before} other {'job' if before == 1 else 'jobs'}" if before else "draws")
    entry = table.get(name)
    if not isinstance(entry, dict):
        return Waiting(text="reports no status")
    status = entry.get("status")
    if isinstance(status, dict) and status.get("status_str") == "error":
        raise of_run(name, entry)
    return Over(value=entry)


def made(name: str, entry: Mapping[str, Any], chosen: tuple[str, ...]) -> list[Made]:
    """The pictures of the chosen nodes; without a choice those that were saved, or else those that were only shown."""
    outputs = entry.get("outputs")
    table: Mapping[str, Any] = outputs if isinstance(outputs, dict) else {}
    found = [(image, nth == 0) for node in chosen or table for nth, image in enumerate(_images(table.get(node)))]
    kept = [pair for pair in found if pair[0].get("type") == "output"] if not chosen else []
    if not found:
        nodes = f" from {', '.join(chosen)}" if chosen else ""
        hint = f"params.outputs must name nodes that save: {', '.join(table)}" if table else "the workflow needs a SaveImage node"
        raise BadAnswer(f'job "{name}" ended at {WHO} without a picture{nodes}', hint=hint)
    fields = ("filename", "subfolder", "type")
    return [Made(query=urlencode({field: str(image.get(field) or "") for field in fields}), first=first) for image, first in kept or found]


def _ids(items: object) -> list[str]:
    """The ids of the items of a queue: each is a list with its number first, then its id."""
    return [str(item[1]) for item in items if isinstance(item, list) and len(item) > 1] if isinstance(items, list) else []


def _images(output: object) -> list[dict[str, Any]]:
    images = output.get("images") if isinstance(output, dict) else None
    return [image for image in images if isinstance(image, dict)] if isinstance(images, list) else []
