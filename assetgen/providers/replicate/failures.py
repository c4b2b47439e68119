"""What Replicate's own words add to the failures behind error statuses. Pure."""

import re

from assetgen.errors import Limited, ProviderFailure, Refused
from assetgen.providers.failures import of_code, told, wait
from assetgen.providers.http import Answer, key_hint
from assetgen.providers.replicate.client import KEY, URL, WHO

KEY_HINT = key_hint(KEY)
_RESETS = re.compile(r"~\s*(\d+)\s*s")


def of_submit(answer: Answer, model: str, now: float) -> ProviderFailure:
    """The failure behind an error status of a submit. `now` is in seconds since the epoch."""
    table = answer.table() or {}
    detail = table.get("detail")
    said, after = told(detail or table.get("title")), wait(answer.headers, now)
    match answer.status:
        case 429:
            # The wait stands in the words, and nowhere else: "Your rate limit resets in ~30s."
            words = _RESETS.search(detail) if isinstance(detail, str) else None
            return Limited(f"{WHO} asks to wait{said}", after=after if after is not None else float(words[1]) if words else None)
        case 404:
            hint = "" if ":" in model else f'model = "{model}:VERSION", with the 64 letters of a version: only official models have none'
            return Refused(f'{WHO} does not serve the model "{model}"{said}', hint=hint)
        case code:
            return of_code(WHO, code, said, after=after, hint=KEY_HINT, base=URL)
