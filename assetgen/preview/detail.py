"""Everything about one asset: from the values of one look, and from git, ledger and manifest when somebody asks."""

from collections.abc import Iterator, Mapping

from assetgen.catalog import Usage
from assetgen.engine.advice import told
from assetgen.lockfile import Original, Written
from assetgen.model import Json
from assetgen.preview.actions import actions, field
from assetgen.preview.checks import checks
from assetgen.preview.documents import CandidateEntry, Detail, HistoryEntry, OutputEntry, PictureEntry, ReasonEntry
from assetgen.preview.gallery import Snapshot
from assetgen.preview.history import of_commit, of_spent, paid
from assetgen.preview.pictures import Place
from assetgen.preview.prompts import facts, revised
from assetgen.preview.shown import Output, Shown, entry, entry_of
from assetgen.report import differences, words

_USAGE: Mapping[Usage, str] = {
    "commercial": "commercial use is allowed",
    "non-commercial": "no commercial use",
    "unknown": "nothing is known of commercial use",
}


def detail(snapshot: Snapshot, name: str) -> Detail | None:
    """The details of an asset as they were when the look was taken; None where it has no such asset.

    From any thread, also when the survey is closed. What git, ledger and manifest add is of now.
    """
    one = snapshot.assets.get(name)
    if one is None:
        return None
    planned, seen = one.planned, snapshot.seen
    with snapshot.guard:
        place, may = differences.shown(planned.asset.place), actions(snapshot, one)
        prompt, seed = field(snapshot, name, "prompt"), field(snapshot, name, "seed")
    return {
        "revision": snapshot.cards[name]["revision"],
        "card": snapshot.cards[name],
        "place": place,
        "reasons": list(_reasons(one)),
        "notes": list(_notes(snapshot, one)),
        "prompt": prompt,
        "seed": seed,
        "negative": planned.asset.negative,
        "rendered": planned.asset.prompt,
        "revised": revised(_asked(one), one.original) if one.original is not None else None,
        "provider": _provider(one),
        "licence": _licence(snapshot, one),
        "facts": list(_facts(one)),
        "outputs": [_output(snapshot, output) for output in one.outputs],
        "candidates": [_candidate(snapshot, one, number, original) for number, original in enumerate(one.candidates, 1)],
        "checks": list(checks(seen, one, snapshot.pictures)),
        "history": _history(snapshot, name),
        "actions": may,
    }


def _reasons(one: Shown) -> Iterator[ReasonEntry]:
    for reason in one.planned.reasons:
        yield {
            "code": reason.code,
            "text": reason.text,
            "hint": reason.hint,
            "changes": [{"field": change.field, "old": change.old, "new": change.new} for change in reason.changes],
        }


def _notes(snapshot: Snapshot, one: Shown) -> Iterator[str]:
    yield from one.planned.notes
    yield from told(one.planned.name, one.block, snapshot.seen.workspace.manifest.policy)
    if one.draft is not None and one.draft.problem:
        yield f"there is no draft: {one.draft.problem}"


def _asked(one: Shown) -> dict[str, Json]:
    """What the picture that is locked answers."""
    return dict(one.block.request) if one.block is not None else {}


def _provider(one: Shown) -> str:
    """Who is going to be asked, or else who made the picture."""
    offer = one.planned.offer
    if offer is not None and (one.planned.buys or one.original is None):
        return ", ".join(offer.providers)
    return one.original.provider if one.original is not None else ""


def _licence(snapshot: Snapshot, one: Shown) -> str:
    """The licence of the model where it is served, as the catalog has it."""
    if not one.planned.asset.generated:
        return ""
    model = snapshot.seen.workspace.catalog.find(one.planned.asset.model)
    service = model.services.get(_provider(one).partition(",")[0]) if model is not None else None
    if service is None:
        return ""
    return f"{service.licence or 'a licence'}: {_USAGE[service.usage]}"


def _facts(one: Shown) -> Iterator[tuple[str, str]]:
    asset = one.planned.asset
    if asset.file is not None:
        yield "made from", asset.file
    if asset.versions:
        yield "versions", ", ".join(asset.versions)
    if one.original is not None and asset.generated:
        yield from facts(_asked(one), one.original)
    elif one.original is not None:
        yield "size", f"{one.original.width}x{one.original.height}"
        yield "sha256", one.original.sha256
    if one.draft is not None:
        cost = f", {words.money(one.draft.cost)}" if one.draft.cost else ""
        yield "draft by", f"{one.draft.model}{cost}"


def _output(snapshot: Snapshot, output: Output) -> OutputEntry:
    now = _measured(snapshot, output.now) if output.now is not None else None
    last, draft = (_if_at_hand(snapshot, written) for written in (output.last, output.draft))
    return {"path": output.path, "now": now, "last": last, "head": _head(snapshot, output), "draft": draft}


def _if_at_hand(snapshot: Snapshot, written: Written | None) -> PictureEntry | None:
    return entry(written) if written is not None and snapshot.pictures.at_hand(written.sha256) else None


def _measured(snapshot: Snapshot, written: Written) -> PictureEntry:
    """An output as it is; one that somebody edited is looked at now."""
    made = entry(written)
    if not written.width and (found := snapshot.pictures.facts(written.sha256)) is not None:
        made = {**made, "width": found.width, "height": found.height, "format": found.format}
    return made


def _head(snapshot: Snapshot, output: Output) -> PictureEntry | None:
    """The output as git has it at HEAD, if its bytes are to be had."""
    pictures = snapshot.pictures
    written = pictures.revisions.committed(snapshot.head).get(output.path)
    if written is None:
        return None
    here = output.now is not None and output.now.sha256 == written.sha256
    if not here and not pictures.at_hand(written.sha256):
        blob = pictures.revisions.sized(output.path, written.bytes)
        if blob is None:
            return None
        pictures.committed(written.sha256, blob, own=not written.edited)
    pictures.name({written.sha256: Place(paths=(output.path,), own=not written.edited)})
    return entry(written)


def _candidate(snapshot: Snapshot, one: Shown, number: int, original: Original) -> CandidateEntry:
    chosen = one.original is not None and one.original.sha256 == original.sha256
    note = f"{original.kept:.0%} of the prompt's terms kept" if original.kept is not None else ""
    for version in (snapshot.seen.plan.assets[name] for name in one.planned.asset.versions):
        if version.chosen == original.sha256:
            note = f"{version.name}: {version.asset.prompt or version.asset.file or ''}"
    return {"choice": str(number), "chosen": chosen, "picture": entry_of(original), "seed": original.seed, "note": note}


def _history(snapshot: Snapshot, name: str) -> list[HistoryEntry]:
    """Newest first. What was paid is on this machine only: a gallery for others leaves it out."""
    workspace, pictures = snapshot.seen.workspace, snapshot.pictures
    found = [of_commit(commit) for commit in snapshot.history.of(name, snapshot.head)]
    for one in found:
        if one["picture"] is not None and pictures.at_hand(one["picture"]):
            pictures.name({one["picture"]: Place()})
        else:
            one["picture"] = None
    if not snapshot.static:
        found += [of_spent(spent) for spent in paid(workspace.ledger, workspace.name, name)]
    return sorted(found, key=lambda one: one["at"], reverse=True)
