"""Looks at a project without changing it: everything `status`, `plan`, `check`, `why` and `build` read."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from assetgen.engine.facts import DiskFacts
from assetgen.engine.workspace import Workspace
from assetgen.lockfile import Block
from assetgen.plan.decide import Planner
from assetgen.plan.facts import Choices
from assetgen.plan.states import DRAFTS, Plan


@dataclass(frozen=True, kw_only=True)
class Survey:
    """One look at a project. Close its workspace when done (`look` does)."""

    workspace: Workspace
    lock: dict[str, Block]
    facts: DiskFacts
    planner: Planner
    plan: Plan


def survey_workspace(workspace: Workspace, choices: Choices) -> Survey:
    """Read lock and journal, and plan."""
    lock = workspace.lock.read()
    facts = DiskFacts(workspace, lock)
    planner = Planner(manifest=workspace.manifest, lock=lock, facts=facts, ops=workspace.ops, choices=choices)
    rows = tuple(row for row in facts.rows if row.project.removesuffix(DRAFTS) == workspace.name)
    return Survey(workspace=workspace, lock=lock, facts=facts, planner=planner, plan=planner.plan(rows))


@contextmanager
def look(path: Path | str = ".", *, choices: Choices | None = None, environ: Mapping[str, str] | None = None) -> Iterator[Survey]:
    """Survey the project at `path` or above it. Raises FaultyFile and UsageError; changes nothing."""
    workspace = Workspace.open(Path(path), os.environ if environ is None else environ)
    try:
        ceiling = workspace.manifest.policy.max_cost
        defaults = Choices(max_cost=None if ceiling is None else Decimal(str(ceiling)))
        yield survey_workspace(workspace, choices or defaults)
    finally:
        workspace.close()


def survey(path: Path | str = ".", *, regenerate: Iterable[str] = (), overwrite: bool = False) -> Plan:
    """The plan for the project at `path`: what a build would do to each asset, why, and for how much."""
    with look(path, choices=Choices(regenerate=frozenset(regenerate), overwrite=overwrite)) as seen:
        return seen.plan
