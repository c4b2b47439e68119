"""The usage figures of an answer as tokens by kind. What they cost is the catalog's knowledge. Pure."""

from collections.abc import Mapping


def tokens(usage: object) -> dict[str, int] | None:
    """Tokens by kind (text_in, image_in, image_out, text_out), or None where the answer does not say."""
    if not isinstance(usage, dict):
        return None
    text_in, image_in = _split(usage, "input", "text")
    text_out, image_out = _split(usage, "output", "image")
    if text_in is None or image_in is None or text_out is None or image_out is None:
        return None
    return {"text_in": text_in, "image_in": image_in, "image_out": image_out, "text_out": text_out}


def _split(usage: Mapping[str, object], side: str, otherwise: str) -> tuple[int | None, int | None]:
    """Text and image tokens of one side; without details all tokens are of the kind `otherwise`."""
    details = usage.get(f"{side}_tokens_details")
    if isinstance(details, dict):
        return _count(details.get("text_tokens", 0)), _count(details.get("image_tokens", 0))
    count = _count(usage.get(f"{side}_tokens"))
    return (count, 0) if otherwise == "text" else (0, count)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
