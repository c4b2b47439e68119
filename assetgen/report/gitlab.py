"""Annotations as a Code Quality report of GitLab, a JSON array: https://docs.gitlab.com/ci/testing/code_quality/."""

import json
from collections.abc import Sequence

from assetgen.model import MANIFEST
from assetgen.report.annotations import Annotation, fingerprints

_SEVERITIES = {"error": "major", "warning": "minor", "notice": "info"}


def render(found: Sequence[Annotation], exit_code: int) -> str:
    """The whole report; an empty array where there is nothing to say. The exit code is the job's affair."""
    del exit_code
    entries = [_entry(each, fingerprint) for each, fingerprint in zip(found, fingerprints(found), strict=True)]
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def _entry(each: Annotation, fingerprint: str) -> dict[str, object]:
    subject = f"{each.subject}: " if each.subject else ""
    # A path and a line are required; what has none is shown at the manifest.
    path, line = (each.place.file, each.place.line) if each.place is not None else (MANIFEST, 1)
    return {
        "check_name": f"assetgen/{each.code}",
        "description": f"{subject}{each.text}".replace("\n", "; "),
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[each.level],
        "location": {"path": path, "lines": {"begin": line}},
    }
