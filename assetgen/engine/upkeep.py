"""Keeps disk and lock tidy: files that the manifest no longer asks for, objects that no lock needs, damaged objects."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from assetgen.engine import leftovers
from assetgen.engine.hold import hold
from assetgen.engine.survey import look, survey_workspace
from assetgen.engine.workspace import Workspace
from assetgen.lockfile import Block, Written
from assetgen.model import LOCK
from assetgen.plan.facts import Choices
from assetgen.store import drafts, git, location

_SHA256 = re.compile(rb"\b[0-9a-f]{64}\b")
_DAY = 86_400.0


def clean(path: Path | str, *, dry_run: bool) -> list[str]:
    """Remove the files of removed assets and outputs, if they are still what assetgen wrote, and forget them in the lock."""
    with look(path) as first, hold(first.workspace.home, first.workspace.root, lambda _: None):
        seen = survey_workspace(first.workspace, Choices())
        wanted = {output.path for asset in seen.workspace.manifest.assets.values() for output in asset.outputs}
        lines: list[str] = []
        lock: dict[str, Block] = {}
        for name, block in seen.lock.items():
            gone = block.removed or name in seen.plan.orphans
            kept = []
            for written in block.outputs:
                if not gone and not written.removed:
                    kept.append(written)
                elif written.path not in wanted:
                    lines += _remove(seen.workspace, written, dry_run=dry_run)
            if not gone:
                lock[name] = replace(block, outputs=tuple(kept))
        if not dry_run:
            seen.workspace.lock.write(lock)
        return lines


def collect(path: Path | str, *, paid: bool, dry_run: bool, days: int = 14) -> list[str]:
    """Remove objects of the store that no lock of any ref or worktree needs, and that are older than `days` days.

    What cost money or a person's work stays, unless `paid` says otherwise: originals, and edited outputs that were accepted.
    Thumbnails and locks of before a build go when they are that old.
    """
    with look(path) as seen, hold(seen.workspace.home, seen.workspace.root, lambda _: None):
        store = seen.workspace.store
        if not dry_run:
            drafts.remove_lost(seen.workspace.home)
        needed = _needed(seen.workspace)
        answers = list(store.answers())
        if not paid:
            needed |= {original.sha256 for _, original in answers if original.paid} | store.treasures()
        before = time.time() - days * _DAY
        doomed = {sha256 for sha256 in store.objects() if sha256 not in needed and (store.cas / sha256).stat().st_mtime <= before}
        freed = 0
        for sha256 in sorted(doomed):
            freed += (store.cas / sha256).stat().st_size if dry_run else store.remove(sha256)
        if not dry_run:
            for gen_key, original in answers:
                if original.sha256 in doomed:
                    store.forget(gen_key, original.sha256)
            for passing in leftovers.passing(store.home, before):
                passing.unlink(missing_ok=True)
        verb = "would remove" if dry_run else "removed"
        return [f"{verb} {len(doomed)} objects, {freed / 1e6:.1f} MB; {len(store.objects()) - len(doomed) * dry_run} stay"]


def verify_store(path: Path | str) -> list[str]:
    """Read every object and answer of the store; returns a line for each damaged one. The project is not planned: that may need them."""
    with closing(Workspace.open(Path(path), os.environ)) as workspace:
        return [f"{name} is damaged and was moved to quarantine" for name in workspace.store.verify()]


def store_path(path: Path | str) -> Path:
    """The folder of the store."""
    with closing(Workspace.open(Path(path), os.environ)) as workspace:
        return workspace.home


def _remove(workspace: Workspace, written: Written, *, dry_run: bool) -> list[str]:
    path = written.path
    have = workspace.project.content(path)
    if have is None:
        return []
    if have != written.sha256:
        return [f'left "{path}": it was edited since assetgen wrote it']
    if written.edited:
        return [f'left "{path}": it was edited by hand and accepted']
    if not dry_run:
        workspace.project.remove(path)
    return [f"{'would remove' if dry_run else 'removed'} {path}"]


def _needed(workspace: Workspace) -> set[str]:
    """Every digest that stands in a lock of any ref or worktree, or of drafts, and the originals of open jobs."""
    texts = [*_locks(workspace), *drafts.locks(workspace.home)]
    found = {digest.decode() for text in texts for digest in _SHA256.findall(text)}
    return found | {original.sha256 for row in workspace.journal.rows() for original in row.originals}


def _locks(workspace: Workspace) -> Iterator[bytes]:
    own = workspace.root / LOCK
    if own.exists():
        yield own.read_bytes()
    if location.git_folders(workspace.root) is None:
        return
    for line in _git(workspace.root, "worktree", "list", "--porcelain").splitlines():
        if line.startswith(b"worktree "):
            tree = Path(line.removeprefix(b"worktree ").decode())
            yield from (found.read_bytes() for found in tree.glob(f"**/{LOCK}") if found.is_file())
    blobs: set[bytes] = set()
    for ref in _git(workspace.root, "for-each-ref", "--format=%(objectname)").splitlines():
        for entry in _tree(workspace.root, ref.decode()).split(b"\0"):
            facts, _, name = entry.partition(b"\t")
            if name.rpartition(b"/")[2] == LOCK.encode():
                blobs.add(facts.split()[2])
    for blob in sorted(blobs):
        yield _git(workspace.root, "cat-file", "blob", blob.decode())


def _tree(root: Path, ref: str) -> bytes:
    """Every file of a ref; nothing for a tag that names a single file."""
    try:
        return _git(root, "ls-tree", "-r", "-z", "--full-tree", ref)
    except subprocess.CalledProcessError:
        if _git(root, "cat-file", "-t", f"{ref}^{{}}").strip() != b"blob":
            raise
        return b""


def _git(root: Path, *words: str) -> bytes:
    return git.run(root, *words)
