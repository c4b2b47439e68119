"""Annotations as workflow commands of GitHub Actions. What keeps foreign text from being one is in `text`.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Sequence

from assetgen.report.annotations import Annotation
from assetgen.report.text import safe

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(found: Sequence[Annotation], exit_code: int) -> str:
    """A line for each. The exit code is the job's affair."""
    del exit_code
    return "".join(f"{_command(each)}\n" for each in found)


def _command(each: Annotation) -> str:
    properties = {"title": f"assetgen: {' '.join(filter(None, (each.code, each.subject)))}"}
    if each.place is not None:
        line, column = str(each.place.line), each.place.column
        where = {"file": each.place.file, "line": line, "endLine": line, "col": str(column), "endColumn": str(column + each.place.length)}
        properties = where | properties
    shown = ",".join(f"{key}={safe(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{each.level} {shown}::{safe(each.text).translate(_DATA)}"
