"""One look at a project as a value: cards for all assets, and what is needed to tell their details when the look itself is over."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assetgen.engine.survey import Survey
from assetgen.errors import AssetgenError, FaultyFile
from assetgen.preview.cards import card
from assetgen.preview.documents import Card, FaultEntry, Gallery, PurseEntry, Update
from assetgen.preview.history import History
from assetgen.preview.pictures import Pictures
from assetgen.preview.revisions import last
from assetgen.preview.shown import Shown, places, shown
from assetgen.preview.steady import steady
from assetgen.report.faults import render
from assetgen.watch.asked import marks
from assetgen.watch.drafts import held
from assetgen.watch.wishes import Looked, Purse


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One consistent look. `pictures` and `history` are shared by all looks of one page.

    `seen` is read no more but for its values and for questions that the catalog answers; `guard` is held while those are asked.
    """

    seen: Survey
    pictures: Pictures
    assets: Mapping[str, Shown]
    cards: Mapping[str, Card]
    purse: PurseEntry
    head: str
    history: History
    revision: int = 1
    static: bool = False
    watching: bool = False
    building: bool = False
    faults: tuple[FaultEntry, ...] = ()
    guard: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    def gallery(self) -> Gallery:
        """The whole gallery as it is told."""
        return {
            "revision": self.revision,
            "project": self.seen.workspace.root.name,
            "static": self.static,
            "watching": self.watching,
            "building": self.building,
            "purse": self.purse,
            "faults": list(self.faults),
            "cards": list(self.cards.values()),
            "head": self.head,
        }


def snapshot(
    looked: Looked, *, before: Snapshot | None, static: bool = False, watching: bool = False, pictures: Pictures | None = None
) -> Snapshot:
    """What there is to show, taken while the survey is open. `pictures` are those to begin with; later looks go on with those `before`."""
    seen = looked.seen
    workspace = seen.workspace
    pictures = before.pictures if before is not None else pictures or Pictures(workspace.root, workspace.home)
    earlier = last(workspace.home, workspace.root) if before is None else {}
    names = looked.names or frozenset(seen.plan.assets)
    waiting = looked.held | held(seen, names)
    assets = {
        name: shown(
            seen,
            planned,
            draft=looked.drafts.get(name),
            before=before.assets.get(name) if before is not None else None,
            last=earlier,
            held=name in waiting,
            paying=name in looked.paying,
        )
        for name, planned in seen.plan.assets.items()
        if name in names
    }
    found_marks = marks(seen.plan, assets)
    assets = {name: replace(one, mark=found_marks[name]) for name, one in assets.items()}
    if looked.building and before is not None:
        assets = steady(assets, before.assets)
    pictures.name({sha256: place for one in assets.values() for sha256, place in places(one, workspace.manifest.originals)})
    found = Snapshot(
        seen=seen,
        pictures=pictures,
        assets=assets,
        cards={name: card(one, pictures.at_hand) for name, one in assets.items()},
        purse=_purse(looked.purse),
        head=pictures.revisions.head(),
        history=before.history if before is not None else History(revisions=pictures.revisions),
        static=static,
        watching=watching,
        building=before is not None and before.building,
    )
    return found if before is None else _numbered(before, found)


def busy(known: Snapshot, *, building: bool) -> Snapshot:
    """The same look while a build runs, or after it."""
    return _numbered(known, replace(known, building=building))


def faulty(known: Snapshot, error: AssetgenError) -> Snapshot:
    """The last good look, with what is wrong with the project now."""
    return _numbered(known, replace(known, faults=_faults(error)))


def unread(project: str, error: AssetgenError, *, watching: bool) -> Gallery:
    """The gallery of a project of which there has not been one good look."""
    return {
        "revision": 0,
        "project": project,
        "static": False,
        "watching": watching,
        "building": False,
        "purse": _purse(Purse()),
        "faults": list(_faults(error)),
        "cards": [],
        "head": "",
    }


def update(old: Snapshot | None, new: Snapshot) -> Update | None:
    """What a page that shows `old` must be told to show `new`; None where it is the same."""
    if old is not None and old.revision == new.revision:
        return None
    known: Mapping[str, Card] = old.cards if old is not None else {}
    made: Update = {
        "revision": new.revision,
        "building": new.building,
        "purse": new.purse,
        "faults": list(new.faults),
        "cards": [found for name, found in new.cards.items() if name not in known or known[name]["revision"] != found["revision"]],
        "gone": [name for name in known if name not in new.cards],
        "head": new.head,
    }
    if list(known) != list(new.cards):
        made["order"] = list(new.cards)
    return made


def _numbered(old: Snapshot, new: Snapshot) -> Snapshot:
    """The new look with the old one's number where nothing of it differs, else with the next."""
    same = (
        (old.purse, old.head, old.building, old.faults) == (new.purse, new.head, new.building, new.faults)
        and list(old.cards) == list(new.cards)
        and all(old.cards[name]["revision"] == found["revision"] for name, found in new.cards.items())
    )
    return replace(new, revision=old.revision if same else old.revision + 1)


def _purse(purse: Purse) -> PurseEntry:
    return {"allowed": purse.allowed, "limit": None if purse.limit is None else f"{purse.limit:f}", "spent": f"{purse.spent:f}"}


def _faults(error: AssetgenError) -> tuple[FaultEntry, ...]:
    if isinstance(error, FaultyFile):
        return tuple({"text": render(fault)} for fault in error.faults)
    return ({"text": f"{error.message}\nhint: {error.hint}" if error.hint else error.message},)
