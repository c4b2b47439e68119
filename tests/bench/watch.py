"""From a save to the picture on disk: a change of post-processing of a 1024x1024 asset under a running watch, and where the time goes."""

import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from assetgen.watch.debounce import QUIET
from assetgen.watch.loop import Options, Watch
from assetgen.watch.wishes import Ended, Happened, Looked, Quit

ROUNDS = 20
MANIFEST = """\
version = 1

[defaults]
model = "sketch"
size = "1024x1024"

[assets.hero]
prompt = "a lighthouse on a cliff at dusk"
post = [{{ op = "brightness", factor = {factor} }}]
outputs = ["hero.{form}"]
"""


class Marks:
    """When what was told, in seconds of a monotonic clock."""

    def __init__(self, output):
        self.output, self.before = output, b""
        self.at = {}
        self.ended = threading.Event()

    def hear(self, told):
        now = time.perf_counter()
        match told:
            case Looked():
                self.at.setdefault("looked", now)
            case Happened():
                name = type(told.event).__name__.lower()
                self.at.setdefault(name, now)
            case Ended():
                self.at["ended"] = now
                self.ended.set()

    def new(self):
        """Wait for other bytes on disk; returns when they were there."""
        while True:
            try:
                data = self.output.read_bytes()
            except FileNotFoundError:
                data = self.before
            if data != self.before:
                self.before = data
                return time.perf_counter()
            time.sleep(0.001)


def rounds(path, form, count):
    """One dict of times in milliseconds a save."""
    manifest = path / "assetgen.toml"
    manifest.write_text(MANIFEST.format(factor=1.0, form=form))
    marks = Marks(path / f"hero.{form}")
    watch = Watch(path, Options(), marks.hear, environ=os.environ)
    thread = threading.Thread(target=watch.run)
    thread.start()
    marks.new()
    marks.ended.wait()
    found = []
    for number in range(1, count + 1):
        time.sleep(0.3)
        marks.at, began = {}, time.perf_counter()
        marks.ended.clear()
        manifest.write_text(MANIFEST.format(factor=round(1 + number / 100, 2), form=form))
        there = marks.new()
        marks.ended.wait()
        at = marks.at
        found.append(
            {
                "picture on disk": there - began,
                "told": at["ended"] - began,
                "quiet": QUIET,
                "look": at["looked"] - began - QUIET,
                "build: plan": at["planned"] - at["looked"],
                "build: picture": there - at["planned"],
            }
        )
    watch.ask(Quit())
    thread.join()
    return found


def main():
    """Print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    print(f"a change of post-processing of a 1024x1024 asset, medians of {count} saves")
    for form in ("webp", "png", "jpg"):
        with tempfile.TemporaryDirectory() as folder:
            found = rounds(Path(folder), form, count)
        medians = {name: statistics.median(one[name] for one in found) * 1000 for name in found[0]}
        worst = max(one["picture on disk"] for one in found) * 1000
        print(f"{form:6}" + "  ".join(f"{name} {value:.0f} ms" for name, value in medians.items()) + f"  (worst {worst:.0f} ms)")


if __name__ == "__main__":
    main()
