"""The lock of a running build: results become blocks, the file is written at intervals, and journal rows close only after it is durable."""

import time
from dataclasses import dataclass, field, replace

from assetgen.engine.acquire import Answer
from assetgen.engine.finish import Finished
from assetgen.engine.workspace import Workspace
from assetgen.ledger import Spent
from assetgen.lockfile import Block, Original
from assetgen.plan.generate import best, distinct
from assetgen.plan.states import AssetPlan, JobState, OpenJob

_INTERVAL = 2.0


@dataclass(kw_only=True)
class Record:
    """The one owner of the lock's blocks while a build runs. `lock` is the mapping the planner reads."""

    workspace: Workspace
    lock: dict[str, Block]
    _closing: list[OpenJob] = field(default_factory=list)
    _dirty: bool = False
    _written: float = field(default_factory=time.monotonic)

    def originals(self, planned: AssetPlan, found: tuple[Original, ...]) -> None:
        """A request was answered: choose, or leave the choice to a person where several candidates are wanted."""
        assert planned.request is not None
        before = self.block(planned)
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

    def finished(self, planned: AssetPlan, done: Finished) -> None:
        """Outputs were made: keep those the manifest no longer asks for, marked, until `clean` removes their files."""
        before = self.block(planned)
        wanted = {written.path for written in done.outputs}
        gone = tuple(replace(one, removed=True) for one in (before.outputs if before is not None else ()) if one.path not in wanted)
        assert planned.request is not None
        kept = before if before is not None and planned.asset.file is None else None
        request = kept.request if kept is not None else dict(planned.request)
        self.lock[planned.name] = Block(
            request=request,
            original=done.original or (before.original if before is not None else None),
            candidates=kept.candidates if kept is not None else (),
            outputs=(*done.outputs, *gone),
        )
        self._dirty = True

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
        """The request was answered after all: rows that were given up have nothing to warn of any more."""
        self._closing += [row for row in rows if row.state is JobState.ABANDONED]

    def replayed(self, row: OpenJob) -> None:
        """A row whose pictures an earlier build fetched: its answers and its money may not be written down yet."""
        for one in row.originals:
            self.workspace.store.answer(row.gen_key, one)
        amounts = [one.cost for one in row.originals if one.cost is not None]
        actual = bool(amounts) and all(one.cost_basis == "actual" for one in row.originals)
        self.workspace.ledger.add(Spent.of(row, amounts, actual=actual))
        self._closing.append(row)

    def flush(self, *, force: bool = False) -> None:
        """Write the lock if it is time, then close the rows it made superfluous."""
        if not force and time.monotonic() - self._written < _INTERVAL:
            return
        if self._dirty:
            self.workspace.write_lock(self.lock)
            self._dirty = False
        self._written = time.monotonic()
        while self._closing:
            self.workspace.journal.close(self._closing.pop())

    def block(self, planned: AssetPlan) -> Block | None:
        """The asset's block, taken over from its old name if it was renamed."""
        if planned.renamed_from is not None and planned.renamed_from in self.lock:
            moved = self.lock.pop(planned.renamed_from)
            self.lock[planned.name] = replace(moved, removed=False)
        return self.lock.get(planned.name)


def _all(block: Block) -> tuple[Original, ...]:
    own = (block.original,) if block.original is not None else ()
    return block.candidates or own
