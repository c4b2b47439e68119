"""What a provider made of a request: its prompt beside the rewritten one, parameters asked for beside those that were used."""

from collections.abc import Iterator, Mapping

from assetgen.lockfile import Original
from assetgen.model import Json
from assetgen.report import differences, words
from assetgen.report.document import OriginalEntry
from assetgen.report.text import Painted, Piece


def lines(request: Mapping[str, Json], original: Original, *, colour: bool) -> Iterator[tuple[Piece, ...]]:
    """One original, in lines."""
    asked = str(request.get("prompt", ""))
    if original.revised_prompt is None:
        yield ("  prompt: as it was asked",)
    else:
        kept = f" ({original.kept:.0%} of its terms kept)" if original.kept is not None else ""
        yield (f"  prompt: rewritten by the provider{kept}",)
        yield ("    ", *differences.texts(asked, original.revised_prompt, colour=colour))
    if original.dropped:
        yield ("  dropped: ", Painted(words.quoted(original.dropped), "bad"))
    for name, wanted, used in facts(request, original):
        yield (f"  {name}: ", used if wanted == used else f"{used} (not asked for)" if not wanted else f"{wanted} asked, {used} used")
    yield from _seed(request, original)


def facts(request: Mapping[str, Json], original: Original) -> Iterator[tuple[str, str, str]]:
    """What was asked beside what was used: model, size, and every parameter that either side names."""
    yield "model", str(request.get("model", "")), original.model or str(request.get("model", ""))
    size = f"{original.width}x{original.height}"
    yield "size", str(request.get("size", "any")), size
    given = request.get("params")
    params = given if isinstance(given, dict) else {}
    for name in dict.fromkeys((*params, *original.effective)):
        if name == "size" and original.effective.get(name) == size:
            continue
        wanted = words.value(params[name]) if name in params else ""
        yield f"params.{name}", wanted, words.value(original.effective[name]) if name in original.effective else wanted


def entry(original: Original, *, chosen: bool) -> OriginalEntry:
    """One original in a document."""
    return {
        "sha256": original.sha256,
        "chosen": chosen,
        "provider": original.provider,
        "model": original.model,
        "width": original.width,
        "height": original.height,
        "seed": original.seed,
        "revised_prompt": original.revised_prompt,
        "kept": original.kept,
        "dropped": list(original.dropped),
        "unhonoured": list(original.unhonoured),
        "effective": original.effective,
        "cost": original.cost,
        "cost_basis": original.cost_basis,
    }


def _seed(request: Mapping[str, Json], original: Original) -> Iterator[tuple[Piece, ...]]:
    asked, used = request.get("seed"), original.seed
    if "seed" in original.unhonoured:
        yield (f"  seed: {asked} asked, ", Painted("ignored by the model", "warn"))
    elif asked is not None or used is not None:
        yield (f"  seed: {asked} asked, {used} used" if asked is not None and asked != used else f"  seed: {used}",)
    for field in original.unhonoured:
        if field != "seed":
            yield (f"  {field}: ", Painted("ignored by the model", "warn"))
