"""Whose work is built here? A pull request from a fork is a stranger's: it can neither spend nor write what others read.

The services tell it in variables that a job cannot set for itself. Where one of them tells too little, the answer is "a stranger's".
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_OURS = ("push", "schedule")
# What services set for a pull request without telling whether it is from a fork.
_REQUESTS = (
    *("APPVEYOR_PULL_REQUEST_NUMBER", "BITBUCKET_PR_ID", "BUILDKITE_PULL_REQUEST", "CF_PULL_REQUEST_NUMBER", "CIRRUS_PR"),
    *("CI_COMMIT_PULL_REQUEST", "DRONE_PULL_REQUEST", "SEMAPHORE_GIT_PR_NUMBER", "ghprbPullId", "gitlabMergeRequestId"),
)
_MOST = 32 * 1024 * 1024


def stranger(environ: Mapping[str, str]) -> str:
    """Why what is built here counts as a stranger's work, in words; empty where it is the repository's own."""
    return _github(environ) or _gitlab(environ) or _others(environ)


def _github(environ: Mapping[str, str]) -> str:
    """GitHub, and the services that speak its language (Gitea, Forgejo)."""
    name = environ.get("GITHUB_EVENT_NAME", "")
    if not name and environ.get("GITHUB_ACTIONS", "") != "true":
        return ""
    event = _event(environ)
    if name == "pull_request_target":
        return 'the event "pull_request_target" mixes the rights of the repository with work from anybody'
    if event is None:
        return "" if name in _OURS else f'nobody can tell whose work the event "{name}" is about'
    return _about(name, event)


def _about(name: str, event: Mapping[str, Any]) -> str:
    request = event.get("pull_request")
    if isinstance(request, dict):
        ours, theirs = (_full_name(_table(request.get(side)).get("repo")) for side in ("base", "head"))
        told = f'the pull request is from the fork "{theirs}"' if theirs else "the pull request is from a fork"
    elif name == "workflow_run":
        ours, theirs = _full_name(event.get("repository")), _full_name(_table(event.get("workflow_run")).get("head_repository"))
        told = "the run that this one follows was about a fork"
    elif name == "merge_group":
        return "a merge queue may hold the work of a fork"
    elif name.startswith("pull_request") or "pull_request" in _table(event.get("issue")):
        return f'the event "{name}" does not tell whose pull request it is about'
    else:
        return ""
    return "" if ours and ours == theirs else told


def _gitlab(environ: Mapping[str, str]) -> str:
    source = environ.get("CI_PIPELINE_SOURCE", "")
    ours, theirs = environ.get("CI_MERGE_REQUEST_PROJECT_PATH", ""), environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "")
    if source == "external_pull_request_event":
        ours = environ.get("CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY", "")
        theirs = environ.get("CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "")
    elif source != "merge_request_event" and not ours and not theirs:
        return ""
    return "" if ours and ours == theirs else f'the merge request is from "{theirs}", not from "{ours}"'


def _others(environ: Mapping[str, str]) -> str:
    """CircleCI and Azure Pipelines name forks in so many words, Travis CI names both sides, and the rest says too little."""
    if environ.get("CIRCLE_PR_REPONAME") or environ.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() == "true":
        return "the pull request is from a fork"
    if _asks(environ, "TRAVIS_PULL_REQUEST"):
        ours, theirs = environ.get("TRAVIS_REPO_SLUG", ""), environ.get("TRAVIS_PULL_REQUEST_SLUG", "")
        return "" if ours and ours == theirs else f'the pull request is from "{theirs}", not from "{ours}"'
    told = (*_REQUESTS, "CHANGE_ID") if environ.get("JENKINS_URL") else _REQUESTS
    found = next((name for name in told if _asks(environ, name)), "")
    return f'{found} is set, and nobody can tell whose pull request "{environ[found]}" is' if found else ""


def _asks(environ: Mapping[str, str], name: str) -> bool:
    """Whether a variable has the number of a pull request. Some services set it to "false" where there is none."""
    return environ.get(name, "").lower() not in ("", "false")


def _event(environ: Mapping[str, str]) -> dict[str, Any] | None:
    """What happened, as the service wrote it down; None where it cannot be read."""
    try:
        with Path(environ["GITHUB_EVENT_PATH"]).open("rb") as file:
            made = json.loads(file.read(_MOST))
    except (KeyError, OSError, ValueError, RecursionError):
        return None
    return made if isinstance(made, dict) else None


def _full_name(repository: object) -> str:
    """Names of repositories do not know case."""
    found = _table(repository).get("full_name")
    return found.lower() if isinstance(found, str) else ""


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
