"""Nothing to do: `assetgen check` and `build` beside make and ninja, in turn; and `--version` beside a bare interpreter.

`python -m tests.bench.noop [ASSETS...]`; ASSETGEN_BENCH_ROUNDS is how often. Ratios are those of medians, with the quartiles of all rounds.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import clean_environment

SIZES = (1, 1_000, 10_000)
ROUNDS = int(os.environ.get("ASSETGEN_BENCH_ROUNDS", "11"))
AIMS = {1_000: 3.5, 10_000: 0.8, 100_000: 0.4}
_SEED = """
import sys
from pathlib import Path
from assetgen import digest, lockfile, recipe
from assetgen.engine.survey import look
from assetgen.lockfile import Block, Original, Written
with look(".") as seen:
    lock, plan = {}, seen.plan
    for name, asset in seen.workspace.manifest.assets.items():
        planned, output = plan.assets[name], asset.outputs[0]
        data = name.encode()
        sha256 = digest.of_bytes(data)
        finish = recipe.finish(output, original=sha256, ops=seen.workspace.ops, files={}, source=None, placeholder=False)
        path = Path(output.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        original = Original(sha256=sha256, pixels=sha256, format="png", width=64, height=64, bytes=len(data), provider="sketch")
        written = Written(path=output.path, sha256=sha256, width=64, height=64, bytes=len(data), finish=finish)
        lock[name] = Block(request=planned.request, original=original, outputs=(written,))
    Path("assetgen.lock").write_text(lockfile.dump(lock))
"""


def project(folder, count, env):
    """A project of this many assets that are all fresh."""
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    head = 'version = 1\n[policy]\nprovenance = false\n[defaults]\nsize = "64x64"\n'
    assets = (f'[assets.a{n}]\nprompt = "picture {n}"\noutputs = ["img/{n % 97}/a{n}.png"]\n' for n in range(count))
    (folder / "assetgen.toml").write_text(head + "".join(assets))
    subprocess.run([sys.executable, "-c", _SEED], cwd=folder, env=env, check=True)


def peer(folder, count):
    """As many files as there are assets, each made from one other, for make and ninja."""
    pairs = [(f"out/{n % 97}/a{n}", f"in/{n % 97}/a{n}") for n in range(count)]
    for made, source in pairs:
        for path in (folder / source, folder / made):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
    rules = "".join(f"{made}: {source}\n\tcp $< $@\n" for made, source in pairs)
    (folder / "Makefile").write_text(f"MAKEFLAGS += -rR\n.SUFFIXES:\nall: {' '.join(made for made, _ in pairs)}\n{rules}")
    edges = "".join(f"build {made}: cp {source}\n" for made, source in pairs)
    (folder / "build.ninja").write_text(f"rule cp\n  command = cp $in $out\n{edges}")


def measured(commands, env):
    """Seconds by command, taking turns."""
    times = {name: [] for name in commands}
    for turn in range(ROUNDS + 1):
        for name, (folder, *words) in commands.items():
            start = time.perf_counter()
            subprocess.run(words, cwd=folder, env=env, stdout=subprocess.DEVNULL, check=True)
            if turn:
                times[name].append(time.perf_counter() - start)
    return times


def memory(folder, words, env):
    """The most memory that a command takes, in MB. A process counts what its parent had, so a small one starts it."""
    script = "import os, resource, sys; os.spawnvp(0, sys.argv[1], sys.argv[1:]); print(resource.getrusage(-1).ru_maxrss)"
    run = [sys.executable, "-ISc", script, *words]
    done = subprocess.run(run, cwd=folder, env=env, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def row(name, times, peer, aim=None):
    """A line of the table: the ratio is that to the peer."""
    ratios = [one / other for one, other in zip(times[name], times[peer], strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    ratio = statistics.median(times[name]) / statistics.median(times[peer])
    met = "" if aim is None else f"   aim {aim}: {'met' if ratio <= aim else 'missed'}"
    seconds = statistics.median(times[name]) * 1000
    print(f"{name:24}{seconds:9.1f} ms{ratio:9.2f} x {peer} ({low:.2f} to {high:.2f}){met}")


def compared(count, scratch):
    """Print a table for one size."""
    program = str(Path(sys.executable).with_name("assetgen"))
    ours, theirs, env = scratch / "ours", scratch / "theirs", clean_environment(scratch)
    for folder in (ours, theirs):
        folder.mkdir()
    project(ours, count, env)
    peer(theirs, count)
    time.sleep(0.1)  # what was written just now is not relied on
    start = time.perf_counter()
    done = subprocess.run([program, "check"], cwd=ours, env=env, capture_output=True, text=True, check=True)
    print(f"\n{done.stdout.strip()}; the full look takes {(time.perf_counter() - start) * 1000:.0f} ms")
    commands = {"check": [ours, program, "check"], "build": [ours, program, "build"], "make": [theirs, "make", "-q", "all"]}
    if ninja := shutil.which("ninja"):
        subprocess.run([ninja], cwd=theirs, check=True, stdout=subprocess.DEVNULL)
        commands["ninja"] = [theirs, ninja]
    if count == 1:
        commands |= {"python": [ours, sys.executable, "-c", "pass"], "--version": [ours, program, "--version"]}
    times = measured(commands, env)
    other = next(name for name in ("python", "ninja", "make") if name in commands)
    for name in (name for name in commands if name != other):
        aim = AIMS.get(count) if name in ("check", "build") and other == "ninja" else 2 if name == "--version" else None
        row(name, times, other, aim)
    print(f"{other:24}{statistics.median(times[other]) * 1000:9.1f} ms")
    print(f"check takes {memory(ours, [program, 'check', '-q'], env):.0f} MB")


def main():
    """Print a table for each size."""
    for count in [int(word) for word in sys.argv[1:] if word.isdigit()] or SIZES:
        with tempfile.TemporaryDirectory() as scratch:
            compared(count, Path(scratch))


if __name__ == "__main__":
    main()
