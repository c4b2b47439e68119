"""Annotations as SARIF 2.1.0, which code scanning services read: https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from assetgen.lint.rules import RULES
from assetgen.report.annotations import FAULT, Annotation, fingerprints

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {"error": "error", "warning": "warning", "notice": "note"}
_TEXTS = {
    FAULT: "The manifest, the lock or the configuration cannot be understood.",
    "generate": "A provider has to be asked for the picture: it is new, or what is asked for has changed.",
    "restore": "The bytes are known and their file is not there: a build restores it, for free.",
    "finish": "Outputs have to be made anew from the original: local work, for free.",
    "waits": "The asset waits for another one, for a choice, or for a person.",
    "blocked": "A build cannot go on without a decision.",
    "failed": "A build could not make the asset.",
    "skipped": "A build did not try the asset.",
    "retired": "A model in use is switched off.",
    "ending": "The day is announced on which a model in use is switched off.",
}


def render(found: Sequence[Annotation], exit_code: int) -> str:
    """The whole log, with one run. What is about no line is a notification of the run."""
    located = [each for each in found if each.place is not None]
    rules = {code: number for number, code in enumerate(dict.fromkeys(each.code for each in located))}
    made = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(rules)},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_ROOT: {"description": {"text": "the top of the repository"}}},
                "invocations": [_invocation([each for each in found if each.place is None], exit_code)],
                "results": [_result(each, mark, rules) for each, mark in zip(located, fingerprints(located), strict=True)],
            }
        ],
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _driver(codes: Mapping[str, int]) -> dict[str, Any]:
    version = vars(sys.modules["assetgen"])["__version__"]
    return {"name": "assetgen", "version": version, "semanticVersion": version, "rules": [_rule(code) for code in codes]}


def _rule(code: str) -> dict[str, Any]:
    found = next((rule for rule in RULES if rule.code == code), None)
    text = found.text if found is not None else _TEXTS.get(code, "A file is not what the lock says.")
    cure = "docs/lint.md tells more, and how to leave it out." if found is not None else "docs/staleness.md and docs/ci.md tell more."
    name = found.name if found is not None else code
    made: dict[str, Any] = {"id": code, "name": name, "shortDescription": {"text": text}, "help": {"text": f"{text} {cure}"}}
    return made


def _result(each: Annotation, fingerprint: str, rules: Mapping[str, int]) -> dict[str, Any]:
    assert each.place is not None
    region: dict[str, Any] = {
        "startLine": each.place.line,
        "startColumn": each.place.column,
        "endColumn": each.place.column + each.place.length,
    }
    if each.place.text:
        region["snippet"] = {"text": each.place.text}
    subject = f"{each.subject}: " if each.subject else ""
    artifact = {"uri": quote(each.place.file), "uriBaseId": _ROOT}
    return {
        "ruleId": each.code,
        "ruleIndex": rules[each.code],
        "level": _LEVELS[each.level],
        "message": {"text": f"{subject}{each.text}"},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {"assetgen/v1": fingerprint},
    }


def _invocation(about: Sequence[Annotation], exit_code: int) -> dict[str, Any]:
    """1 is an answer too: something is not fresh."""
    notifications = [{"level": _LEVELS[each.level], "message": {"text": each.text}} for each in about]
    made: dict[str, Any] = {"executionSuccessful": exit_code in (0, 1), "exitCode": exit_code}
    return made | ({"toolExecutionNotifications": notifications} if notifications else {})
