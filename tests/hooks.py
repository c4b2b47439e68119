"""A clone of this project as pre-commit wants one, with the work tree's files, and where its hooks can be installed without a network."""

import os
import shutil
import site
import subprocess
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from tests.conftest import IDENTITY

ROOT = Path(__file__).parent.parent
PARTS = ("assetgen", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")


def clone(folder):
    """Make the repository that a `.pre-commit-config.yaml` names; returns its one commit."""
    folder.mkdir(parents=True)
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, folder / part)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "hooks")
    return git(folder, "rev-parse", "HEAD").strip()


def packages(folder):
    """A folder of all that is installed beside the tests, but not assetgen itself: pip finds the requirements of a hook there."""
    folder.mkdir(parents=True)
    for installed in map(Path, site.getsitepackages()):
        for entry in installed.iterdir():
            if not entry.name.lower().startswith(("assetgen", "__editable__", "_editable")) and entry.suffix != ".pth":
                (folder / entry.name).symlink_to(entry)
    return folder


def environment(home, site_packages):
    """What pre-commit installs and runs hooks with: no index, no dependencies, and the build backend from the folder above."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return kept | IDENTITY | offline | {"HOME": str(home), "PRE_COMMIT_HOME": str(home / "pre-commit"), "PYTHONPATH": str(site_packages)}


def git(folder, *words):
    done = subprocess.run(["git", *words], cwd=folder, env=os.environ | IDENTITY, capture_output=True, text=True, check=True)
    return done.stdout


def configuration(repository, commit, *ids):
    """The text of a `.pre-commit-config.yaml` with these hooks."""
    hooks = "".join(f"      - id: {name}\n" for name in ids)
    return f"repos:\n  - repo: {repository}\n    rev: {commit}\n    hooks:\n{hooks}"


def several():
    """Whether the tests run in several processes."""
    return "PYTEST_XDIST_WORKER" in os.environ


@contextmanager
def once(folder):
    """True for the first of several processes that want the same thing in a folder; the others wait until it is there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        done = folder.with_suffix(".done")
        if done.exists():
            yield False
            return
        shutil.rmtree(folder, ignore_errors=True)  # of one that failed
        yield True
        done.touch()
