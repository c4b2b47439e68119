"""Records that carry a digest of themselves, so that a damaged one is never taken for a good one. Text only; no files are touched here."""

import json
from collections.abc import Mapping
from typing import Any

from assetgen import digest

_SEAL = "check"


def seal(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as JSON knows them, and the digest of the others in `check`."""
    plain = json.loads(json.dumps(fields))
    return {**plain, _SEAL: digest.of_dict(plain)[:16]}


def unseal(data: bytes) -> dict[str, Any]:
    """The inverse, from the text of one record. Raises ValueError where it is not word for word what was sealed."""
    fields = json.loads(data)
    if not isinstance(fields, dict) or fields.pop(_SEAL, None) != digest.of_dict(fields)[:16]:
        raise ValueError("the record is damaged")
    return fields
