"""Content digests and the canonical text of a dict. Whatever is hashed here is also what the lock stores."""

import hashlib
import json
import re

from assetgen.model import Json

_SHA256 = re.compile(r"[0-9a-f]{64}")


def of_bytes(data: bytes) -> str:
    """SHA-256 of the bytes, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def is_sha256(text: str) -> bool:
    """Whether this is such a digest. What came from outside and is none never becomes part of a path."""
    return _SHA256.fullmatch(text) is not None


def normal(value: Json) -> Json:
    """The form in which two equal requests are equal dicts: whole floats become integers, keys are sorted."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: normal(value[key]) for key in sorted(value)}
        case list():
            return [normal(item) for item in value]
        case _:
            return value


def of_dict(value: dict[str, Json]) -> str:
    """SHA-256 of the canonical JSON of a dict: sorted keys, no spaces, UTF-8, no NaN."""
    text = json.dumps(normal(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return of_bytes(text.encode())
