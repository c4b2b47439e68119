"""Python, assetgen, its extras and plug-ins, git: what is installed, and why something is not. Imports none of it."""

import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from itertools import groupby

from assetgen.plugins import OPS, PROVIDERS, found
from assetgen.report.examination import ExtraEntry, PackageEntry, PluginEntry, SoftwareEntry

PACKAGE = "assetgen-build"
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?P<wanted>[^;]*);(?P<marker>.*)\bextra == ['\"](?P<extra>[\w-]+)['\"]")
_PYTHON = re.compile(r"python_version (?P<sign><|<=|>|>=) ['\"](?P<version>[\d.]+)['\"]")
_CLAUSE = re.compile(r"(?P<sign>[<>=!]=|<|>)\s*(?P<version>[\d.]+)")
# "all" is every other one; what is in it is told there.
_SUM = "all"


def software() -> SoftwareEntry:
    """What is installed."""
    return {
        "assetgen": version(PACKAGE),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "git": _program("git"),
        "git_lfs": _program("git-lfs"),
        "extras": list(extras(requires(PACKAGE) or [])),
        "plugins": [*_plugins(PROVIDERS), *_plugins(OPS)],
    }


def extras(requirements: list[str], python: tuple[int, ...] = sys.version_info[:2]) -> Iterator[ExtraEntry]:
    """The extras that these lines of metadata name (`openai<4,>=2; extra == 'openai'`), and what of them is installed."""
    matches = [match for line in requirements if (match := _REQUIREMENT.match(line)) is not None and match["extra"] != _SUM]
    for name, lines in groupby(sorted(matches, key=lambda match: match["extra"]), key=lambda match: match["extra"]):
        packages = [package(match["name"], match["wanted"].strip(), match["marker"], python) for match in lines]
        yield {"name": name, "installed": all(one["version"] and not one["problem"] for one in packages), "packages": packages}


def package(name: str, wanted: str, marker: str = "", python: tuple[int, ...] = sys.version_info[:2]) -> PackageEntry:
    """One package: `wanted` are the versions that are taken (">=2,<4"), `marker` what it says of Python."""
    try:
        installed = version(name)
    except PackageNotFoundError:
        installed = None
    only = _PYTHON.search(marker)
    problem = None
    if only is not None and not _holds(python, only["sign"], only["version"]):
        problem = f"it exists for Python {only['sign']} {only['version']} only, and this is {'.'.join(map(str, python))}"
    elif installed is not None and not all(_holds(_numbers(installed), one["sign"], one["version"]) for one in _CLAUSE.finditer(wanted)):
        problem = f"{wanted} is needed"
    return {"name": name, "version": installed, "wanted": wanted, "problem": problem}


def missing(entry: ExtraEntry) -> str:
    """Why an extra cannot be used, in words: every package that is not there, or is of no use."""
    told = []
    for one in entry["packages"]:
        if one["problem"]:
            told.append(f"{one['name']} {one['version']}: {one['problem']}" if one["version"] else f"{one['name']}: {one['problem']}")
        elif one["version"] is None:
            told.append(f"{one['name']} is not installed")
    return ", ".join(told)


def _holds(have: tuple[int, ...], sign: str, wanted: str) -> bool:
    other = _numbers(wanted)
    length = max(len(have), len(other))
    left, right = (part + (0,) * (length - len(part)) for part in (have, other))
    signs = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "==": left == right, "!=": left != right}
    return signs[sign]


def _numbers(text: str) -> tuple[int, ...]:
    """The release of a version: what follows a letter or a plus (rc1, +cpu) does not count."""
    found_ = re.match(r"[\d.]*\d", text)
    return tuple(int(part) for part in found_[0].split(".") if part) if found_ else ()


def _plugins(group: str) -> list[PluginEntry]:
    """What other packages bring."""
    kind = group.rpartition(".")[2].removesuffix("s")
    return [
        {"kind": kind, "name": name, "package": point.dist.name, "version": point.dist.version}
        for name, point in sorted(found(group).items())
        if point.dist is not None and point.dist.name != PACKAGE
    ]


def _program(name: str) -> str | None:
    """The version that a program tells of itself; "" where it is there and does not say."""
    path = shutil.which(name)
    if path is None:
        return None
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    numbers = re.search(r"\d+(\.\d+)+", done.stdout)
    return numbers[0] if numbers else ""
