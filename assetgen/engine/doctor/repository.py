"""What the project's folder needs: git, git LFS, and a store that can be written to."""

from collections.abc import Iterator
from pathlib import Path

from assetgen.errors import AssetgenError
from assetgen.report.examination import SoftwareEntry, StoreEntry, Trouble, error, warning
from assetgen.settings import unguarded
from assetgen.store.location import git_folders

_LITTLE = 10**9


def troubles(root: Path, installed: SoftwareEntry, store: StoreEntry) -> Iterator[Trouble]:
    """What is missing, or soon will be."""
    try:
        folders = git_folders(root)
    except AssetgenError as wrong:
        folders = None
        yield error(wrong.message, wrong.hint)
    if folders is not None and installed["git"] is None:
        yield error("git is not installed, and the project is in a git repository", "install git")
    if installed["git_lfs"] is None and _large(root, folders[0] if folders else root):
        yield error('".gitattributes" names git LFS, which is not installed', "install git-lfs, then: git lfs pull")
    if not store["writable"]:
        yield error(f'the store "{store["path"]}" cannot be written to', f'chmod u+rwx "{store["path"]}"')
    elif store["free"] < _LITTLE:
        yield warning(f'the disk of the store "{store["path"]}" is nearly full', "assetgen gc")
    for note in unguarded(root):
        yield warning(note.message, note.hint)


def _large(root: Path, top: Path) -> bool:
    """Whether files of the project are kept in git LFS."""
    texts = [path.read_text(errors="replace") for path in {root / ".gitattributes", top / ".gitattributes"} if path.is_file()]
    return any("filter=lfs" in text for text in texts)
