"""Every ```console block of the README, the docs and the examples is run, page by page, in a folder of its own.

Lines that begin with "$ " are commands, the lines below are what they print (stdout and stderr). "..." stands for any text within a line,
or, alone on a line, for any lines. A command that fails is followed by `$ echo $?`. A ```toml or ```python block with the name of a file
behind its language (```toml assetgen.toml) is written to that file.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assetgen import lockfile
from tests.generate import EXAMPLES, ROOT

PAGES = sorted(["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
PAGES += [f"examples/{name}/README.md" for name in EXAMPLES]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EDITABLE = "pip install -e ."
FENCE = re.compile(r"^```(\w*)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Step:
    """A command, what it must print, and the line it stands in."""

    command: str
    line: int
    expected: list[str] = field(default_factory=list)


def blocks(text):
    """The fenced blocks: language, name, body, line."""
    for found in FENCE.finditer(text):
        yield found[1], found[2].strip(), found[3], text.count("\n", 0, found.start()) + 1


def steps(body, line):
    made = []
    for offset, each in enumerate(body.splitlines(), 1):
        if each.startswith("$ "):
            made.append(Step(each[2:], line + offset))
        elif made and made[-1].command.endswith("\\"):
            made[-1].command = f"{made[-1].command[:-1].rstrip()} {each.strip().removeprefix('> ')}"
        else:
            assert made, f"line {line + offset}: output before the first command"
            made[-1].expected.append(each)
    return made


def pattern(expected):
    return re.compile("".join(map(one_line, expected)))


def one_line(line):
    """Columns are as wide as their widest cell, so that two spaces match any number of them."""
    if line.strip() == "...":
        return r"(?:[^\n]*\n)*?"
    return re.sub(r"(?:\\ ){2,}", " {2,}", re.escape(line.rstrip()).replace(r"\.\.\.", "[^\n]*")) + "\n"


def install(folder):
    """What `pip install -e .` would do for a plug-in: its entry points are found, and its module lies on the path."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    made = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    made.mkdir()
    (made / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    lines = (f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items()) for group, points in groups)
    (made / "entry_points.txt").write_text("\n".join(lines))


class Shell:
    """Runs the commands of one page; a change of folder and the last exit code are kept."""

    def __init__(self, folder, home):
        self.folder = folder
        self.code = 0
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        # Nothing outside this machine answers, and no key is there.
        nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
        self.environ = {**kept, **nowhere, "PATH": path, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "COLUMNS": "200"}

    def run(self, step):
        if step.command == "echo $?":
            return f"{self.code}\n"
        assert self.code == 0, f"line {step.line - 1}: exit code {self.code}, and no `$ echo $?` behind it"
        if step.command == EDITABLE:
            install(self.folder)
            self.environ["PYTHONPATH"] = str(self.folder)
            return ""
        if step.command.startswith("cd "):
            self.folder = (self.folder / step.command.removeprefix("cd ")).resolve(strict=True)
            return ""
        done = subprocess.run(
            ["bash", "-c", step.command],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.code = done.returncode
        return re.sub(r"[ \t]+$", "", done.stdout, flags=re.MULTILINE)


def checked(command):
    """Commands that need the network or the repository are compared with what they name; True if it was one of them."""
    if command.startswith("pip install ") and command != EDITABLE:
        name, _, extras = command.split()[-1].strip("'").partition("[")
        assert name == PROJECT["project"]["name"]
        assert set(filter(None, extras.rstrip("]").split(","))) <= set(PROJECT["project"]["optional-dependencies"])
        return True
    if command.startswith("make "):
        assert re.search(rf"^{command.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return True
    return False


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_is_so(page, tmp_path):
    text = (ROOT / page).read_text()
    home = tmp_path / "home"
    home.mkdir()
    folder = tmp_path / "project"
    if page.startswith("examples/"):
        shutil.copytree((ROOT / page).parent, folder, ignore=shutil.ignore_patterns(".assetgen"))
    else:
        folder.mkdir()
    shell = Shell(folder, home)
    for language, name, body, line in blocks(text):
        if language in ("toml", "python") and name:
            (shell.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (shell.folder / name).write_text(body)
        elif language == "console":
            for step in steps(body, line):
                if checked(step.command):
                    continue
                printed = shell.run(step)
                if step.command == "echo $?":
                    shell.code = 0
                if step.expected:
                    assert pattern(step.expected).fullmatch(printed), f"{page}:{step.line}: $ {step.command}\n{printed}"
    assert shell.code == 0, f"{page}: the last command ended with {shell.code}"


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = FENCE.sub("", (ROOT / page).read_text())
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        file = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text())):
            wrong.append(target)
    assert wrong == []


def anchors(text):
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith("docs/") and page != "docs/index.md"])
def test_the_index_names_every_page(page):
    assert f"({page.removeprefix('docs/')})" in (ROOT / "docs/index.md").read_text()


@pytest.mark.parametrize(
    ("expected", "printed", "fits"),
    [
        (["a"], "a\n", True),
        (["a"], "ab\n", False),
        (["a"], "a\nb\n", False),
        (["a...c"], "abbc\n", True),
        (["a...c"], "ab\nc\n", False),
        (["a", "...", "c"], "a\nb\nb\nc\n", True),
        (["a", "...", "c"], "a\nb\n", False),
        (["[a]"], "a\n", False),
        (["a  b"], "a     b\n", True),
        (["a  b"], "a b\n", False),
    ],
)
def test_the_runner_can_fail(expected, printed, fits):
    assert bool(pattern(expected).fullmatch(printed)) is fits


@pytest.mark.parametrize("page", PAGES)
def test_code_of_a_page_is_code(page):
    for language, _, body, line in blocks((ROOT / page).read_text()):
        if language == "python":
            compile(body, f"{page}:{line}", "exec")
        elif language == "toml":
            tomllib.loads(body)


def test_the_lock_of_the_readme_is_one():
    excerpt = next(body for language, _, body, _ in blocks((ROOT / "README.md").read_text()) if language == "toml" and ".request]" in body)
    lock = lockfile.parse(f"version = 1\n\n{excerpt}".encode())
    assert lock["hero"].original.cost_basis == "actual"
