"""Reads a prediction: whether it is over, what it made, and what it says it did. Sends nothing. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from assetgen.errors import BadAnswer, Refused
from assetgen.model import Json
from assetgen.providers.failures import plain, told
from assetgen.providers.polling import Judged, Over, Waiting
from assetgen.providers.results import USAGE

_RUNNING = {"starting": "waits for a machine", "processing": "draws", "queued": "waits for a machine"}
_MODERATED = re.compile(r"nsfw|safety|sensitive|moderat|flagged|content policy|prohibited|\(E005\)", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3})%\|")
_SEED = re.compile(r"[Uu]sing seed:? (\d+)")


def judge(prediction: dict[str, Any]) -> Judged[dict[str, Any]]:
    """Whether a prediction is over. Raises Refused or BadAnswer where it is, without pictures."""
    name, said = prediction.get("id"), told(prediction.get("error"))
    match prediction.get("status"):
        case "succeeded":
            return Over(value=prediction)
        case "failed" if _MODERATED.search(said):
            raise Refused(f"replicate refused the pictures{said}")
        case "failed":
            raise BadAnswer(f'job "{name}" failed at replicate{said}', hint=USAGE)
        case "canceled":
            raise BadAnswer(f'job "{name}" was cancelled at replicate', hint=USAGE)
        case "aborted":
            raise BadAnswer(f'job "{name}" was ended by replicate before it began', hint="it has cost nothing: build again", paid=False)
        case str(word):
            return Waiting(text=_RUNNING.get(word, f'reports the unknown status "{plain(word)}"'), fraction=_fraction(prediction))
        case _:
            return Waiting(text="reports no status")


def urls(prediction: Mapping[str, Any]) -> list[str]:
    """The result URLs: an output is one URI, a list of them, or a table that holds some. Raises BadAnswer where there is none."""
    found = _uris(prediction.get("output"))
    if found:
        return found
    if prediction.get("data_removed"):
        hint = "it keeps them for one hour; what was made is lost, and another has to be paid for"
        raise BadAnswer(f'replicate has removed the pictures of job "{prediction.get("id")}": they have expired', hint=hint)
    raise BadAnswer(f'job "{prediction.get("id")}" ended at replicate without a picture', hint=USAGE)


def effective(prediction: Mapping[str, Any]) -> dict[str, Json]:
    """The plain inputs that the prediction was run with: no prompt, no pictures, no URLs."""
    given = prediction.get("input")
    kept = (int, float, str)
    return {
        name: value
        for name, value in (given.items() if isinstance(given, dict) else ())
        if name not in {"prompt", "negative_prompt"} and isinstance(value, kept) and not str(value).startswith(("data:", "http"))
    }


def seed(prediction: Mapping[str, Any]) -> int | None:
    """The seed that was used: from the input, or else from the model's own log."""
    given = prediction.get("input")
    value = given.get("seed") if isinstance(given, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    logged = _SEED.search(str(prediction.get("logs") or ""))
    return int(logged[1]) if logged else None


def model(prediction: Mapping[str, Any]) -> str | None:
    """The model with its version, where the model has one."""
    name, version = prediction.get("model"), prediction.get("version")
    if not isinstance(name, str) or not name:
        return None
    return f"{name}:{version}" if isinstance(version, str) and version not in {"", "hidden"} else name


def _uris(output: object) -> list[str]:
    match output:
        case str() if output.startswith(("https://", "http://", "data:")):
            return [output]
        case list():
            return [uri for entry in output for uri in _uris(entry)]
        case dict():
            return [uri for entry in output.values() for uri in _uris(entry)]
        case _:
            return []


def _fraction(prediction: Mapping[str, Any]) -> float | None:
    """The last progress bar in the log."""
    steps = _PERCENT.findall(str(prediction.get("logs") or "")[-2000:])
    return min(int(steps[-1]), 100) / 100 if steps else None
