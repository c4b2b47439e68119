"""The lock of a running build: results become blocks, the file is written at intervals, and journal rows close only after it is durable."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from assetgen.engine.acquire import Answer
from assetgen.engine.finish import Finished
from assetgen.engine.inbox import Dropped, clear
from assetgen.engine.lock import kept_before
from assetgen.engine.workspace import Workspace
from assetgen.errors import AssetgenError
from assetgen.events import Event
from assetgen.ledger import Spent
from assetgen.lockfile import Block, Original
from assetgen.plan.generate import best, distinct
from assetgen.plan.states import AssetPlan, JobState, OpenJob, Plan

_INTERVAL = 2.0


@dataclass(kw_only=True)
class Record:
    """The one owner of the lock's blocks while a build runs. `lock` is the mapping the planner reads."""

    workspace: Workspace
    lock: dict[str, Block]
    notify: Callable[[Event], None] = lambda _: None
    halt: Callable[[], None] = lambda: None
    _closing: list[OpenJob] = field(default_factory=list)
    _taken: list[Dropped] = field(default_factory=list)
    _dirty: bool = False
    _failure: Exception | None = None
    _written: float = field(default_factory=time.monotonic)

    def originals(self, planned: AssetPlan, found: tuple[Original, ...]) -> None:
        """A request was answered: choose, or leave the choice to a person where several candidates are wanted."""
        assert planned.request is not None
        before = self.lock.get(planned.name)
        same = before is not None and before.request == planned.request
        earlier = _all(before) if same and before is not None else ()
        every = distinct((*earlier, *found))
        single = planned.asset.candidates == 1 or len(distinct(found)) == 1
        self.lock[planned.name] = Block(
            request=dict(planned.request),
            original=best(found) if single else None,
            candidates=every if len(every) > 1 else (),
            outputs=before.outputs if before is not None else (),
        )
        self._dirty = True

    def dropped(self, planned: AssetPlan, dropped: Dropped) -> None:
        """A person's picture was taken; its file leaves the inbox after the next write of the lock."""
        self.originals(planned, (dropped.original,))
        self._taken.append(dropped)

    def finished(self, planned: AssetPlan, done: Finished) -> None:
        """Outputs were made: keep those the manifest no longer asks for, marked, until `clean` removes their files."""
        before = self.lock.get(planned.name) if planned.renamed_from is None else planned.block
        wanted = {written.path for written in done.outputs}
        blocks = (before, self.lock.get(planned.name))
        known = {one.path: one for block in blocks if block is not None for one in block.outputs}
        gone = tuple(replace(one, removed=True) for path, one in known.items() if path not in wanted)
        assert planned.request is not None
        block = before or Block(request=dict(planned.request))
        if planned.asset.versions:
            block = self._of_versions(planned)
        elif planned.asset.file is not None:
            block = replace(block, request=dict(planned.request), original=done.original or block.original, candidates=())
        self.lock[planned.name] = replace(block, outputs=(*done.outputs, *gone), removed=False)
        self._dirty = True

    def _of_versions(self, planned: AssetPlan) -> Block:
        """The block of an edited asset: its versions are its candidates."""
        blocks = (self.lock.get(name) for name in planned.asset.versions)
        versions = distinct(block.original for block in blocks if block is not None and block.original is not None)
        before = planned.block.original if planned.block is not None else None
        chosen = next((one for one in versions if one.sha256 == planned.chosen), before)
        # A frozen picture may be of an edit that is no more.
        versions = distinct((*versions, chosen)) if chosen is not None else versions
        return Block(request=dict(planned.request or {}), original=chosen, candidates=versions if len(versions) > 1 else ())

    def orphan(self, name: str) -> None:
        """The manifest no longer names this asset."""
        if not self.lock[name].removed:
            self.lock[name] = replace(self.lock[name], removed=True)
            self._dirty = True

    def answered(self, answer: Answer) -> None:
        """Write the money down, and close the rows after the next write of the lock."""
        for spent in answer.spent:
            self.workspace.ledger.add(spent)
        self._closing += answer.rows

    def superseded(self, rows: tuple[OpenJob, ...]) -> None:
        """The request was answered after all: rows that were spoiled or given up have nothing to warn of any more."""
        self._closing += [row for row in rows if row.state in (JobState.SPOILED, JobState.ABANDONED)]

    def counted(self, row: OpenJob) -> None:
        """A row whose answer was of no use: where a crash came between, its money is not written down yet."""
        if all(spent.job != row.id for spent in self.workspace.ledger.entries()):
            self.workspace.ledger.add(Spent.of(row, (), actual=False))

    def replayed(self, row: OpenJob) -> None:
        """A row whose pictures an earlier build fetched: its answers and its money may not be written down yet."""
        for one in row.originals:
            self.workspace.store.answer(row.gen_key, one)
        amounts = [one.cost for one in row.originals if one.cost is not None]
        actual = bool(amounts) and all(one.cost_basis == "actual" for one in row.originals)
        self.workspace.ledger.add(Spent.of(row, amounts, actual=actual))
        self._closing.append(row)

    def flush(self, *, force: bool = False) -> None:
        """Write the lock if it is time, then close the rows and remove the files that it made superfluous.

        A write that fails midway only halts the build: calls in flight are waited for, and the last, forced flush raises.
        """
        if not force and time.monotonic() - self._written < _INTERVAL:
            return
        try:
            self._flush()
        except (AssetgenError, OSError) as error:
            if force:
                raise
            self._failure = error
            self.halt()
        self._written = time.monotonic()
        if force and self._failure is not None:
            raise self._failure

    def _flush(self) -> None:
        if self._dirty:
            self.workspace.lock.write(self.lock, before=kept_before(self.workspace.home, self.workspace.root))
            self._dirty = False
        while self._closing:
            self.workspace.journal.close(self._closing.pop())
        while self._taken:
            note = clear(self.workspace, self._taken.pop())
            if note is not None:
                self.notify(note)

    def rename(self, plan: Plan) -> None:
        """Blocks follow their assets to new names, all at once, since two names may have been swapped.

        Outputs of a block whose name another one takes stay, marked, until `clean` has removed their files.
        """
        moves = {planned.name: planned.renamed_from for planned in plan.assets.values() if planned.renamed_from is not None}
        before = {name: self.lock[name] for name in (*moves, *moves.values()) if name in self.lock}
        for old in moves.values():
            self.lock.pop(old, None)
            if old in plan.assets and plan.assets[old].asset.versions:
                # The asset got its first edit: what was its picture is now a version, and the files stay its own.
                self.lock[old] = before[old]
                before[old] = replace(before[old], outputs=())
        for name, old in moves.items():
            displaced = before[name].outputs if name in before and name not in moves.values() else ()
            own = {written.path for written in before[old].outputs}
            left = tuple(replace(written, removed=True) for written in displaced if written.path not in own)
            self.lock[name] = replace(before[old], removed=False, outputs=(*before[old].outputs, *left))
            self._dirty = True


def _all(block: Block) -> tuple[Original, ...]:
    own = (block.original,) if block.original is not None else ()
    return block.candidates or own
