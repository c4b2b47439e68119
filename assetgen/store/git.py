"""Asks git about the repository that a folder lies in.

In a hook, a merge or a diff, git names its own repository and index in the environment, relative to a folder that need not be ours.
What it is asked here goes by the folder alone.
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

# What `git rev-parse --local-env-vars` names, without the configuration, and what changes the meaning of paths.
_MISLEADING = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
        *("GIT_INTERNAL_SUPER_PREFIX", "GIT_REPLACE_REF_BASE", "GIT_NO_REPLACE_OBJECTS"),
        *("GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"),
    }
)


def run(folder: Path, *words: str, data: bytes | None = None, seconds: float | None = None) -> bytes:
    """What git prints. Raises CalledProcessError where it fails, TimeoutExpired, and OSError where there is no git."""
    return ask(folder, *words, data=data, seconds=seconds, check=True).stdout


def ask(
    folder: Path,
    *words: str,
    data: bytes | None = None,
    seconds: float | None = None,
    check: bool = False,
    environ: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """What git prints, and with which code it ends. `data` is what it reads; `environ` is added to the environment."""
    environ = {name: value for name, value in os.environ.items() if name not in _MISLEADING} | dict(environ or {})
    stdin = subprocess.DEVNULL if data is None else None
    return subprocess.run(
        ["git", *words], cwd=folder, env=environ, input=data, stdin=stdin, capture_output=True, timeout=seconds, check=check
    )


def paths(listed: bytes) -> list[str]:
    """The paths that a command with `-z` printed, each once."""
    return list(dict.fromkeys(os.fsdecode(path) for path in listed.split(b"\0") if path))
