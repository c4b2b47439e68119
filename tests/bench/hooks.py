"""What the hooks cost under the real pre-commit, warm: beside a hook that does nothing, and our program alone; in turn, median and best.

`python -m tests.bench.hooks [ASSETS]`, 100 by default. Needs no network: the hook is installed from a clone of this work tree.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import hooks

ROUNDS = 9
PROGRAM = Path(sys.executable).parent / "pre-commit"
IDLE = """\
repos:
  - repo: local
    hooks:
      - {id: idle, name: idle, entry: "true", language: system, always_run: true, pass_filenames: false}
"""


def prepare(base, assets):
    """A repository whose lock is true; returns its folder, the environment, and the program that the hook was installed as."""
    commit, site = hooks.clone(base / "clone"), hooks.packages(base / "site")
    environ = hooks.environment(base / "home", site)
    top = base / "repository"
    for folder in (base / "home", top):
        folder.mkdir()
    hooks.git(top, "init", "-q")
    names = ("assetgen-check", "assetgen-lint", "assetgen-build")
    (top / ".pre-commit-config.yaml").write_text(hooks.configuration(base / "clone", commit, *names))
    (top / "idle.yaml").write_text(IDLE)
    tables = "".join(f'[assets.a{number}]\nprompt = "fox {number}"\n' for number in range(assets))
    (top / "assetgen.toml").write_text(f'version = 1\n[defaults]\nsize = "16x16"\n{tables}')
    hooks.git(top, "add", "-A")
    subprocess.run([PROGRAM, "run", "assetgen-build", "-a"], cwd=top, env=environ, capture_output=True, check=False)
    hooks.git(top, "add", "-A")
    hooks.git(top, "commit", "-q", "-m", "one")
    (program,) = (base / "home").glob("pre-commit/repo*/py_env*/bin/assetgen")
    return top, environ, program


def main():
    """Print a table."""
    assets = int(sys.argv[-1]) if sys.argv[-1].isdecimal() else 100
    with tempfile.TemporaryDirectory() as folder:
        top, environ, program = prepare(Path(folder), assets)
        commands = {
            "pre-commit run idle": [PROGRAM, "run", "-c", "idle.yaml", "--all-files"],
            **{
                f"pre-commit run {name}": [PROGRAM, "run", name, "--all-files"]
                for name in ("assetgen-check", "assetgen-build", "assetgen-lint")
            },
            "assetgen check alone": [program, "check", "--all-projects", "--tracked"],
        }
        times = {name: [] for name in commands}
        for each in range(ROUNDS + 1):
            for name, command in commands.items():
                start = time.perf_counter()
                subprocess.run(command, cwd=top, env=environ, capture_output=True, check=True)
                times[name] += [time.perf_counter() - start] * (each > 0)
    idle = statistics.median(times["pre-commit run idle"])
    print(f"{assets} assets, nothing touched, {ROUNDS} rounds\n{'command':32}{'median':>10}{'best':>10}{'to idle':>10}")
    for name, found in times.items():
        print(f"{name:32}{statistics.median(found) * 1000:7.0f} ms{min(found) * 1000:7.0f} ms{statistics.median(found) / idle:10.2f}")


if __name__ == "__main__":
    main()
