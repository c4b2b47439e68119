"""From a save to the picture on disk, and on screen: a change of post-processing of a 1024x1024 asset under a running watch.

The screen is a real Chromium that has the asset open at its real size; without one the times on screen are left out.
"""

import contextlib
import hashlib
import os
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from assetgen.preview.server import Page
from assetgen.watch.debounce import QUIET
from assetgen.watch.loop import Options, Watch
from assetgen.watch.wishes import Ended, Happened, Looked, Quit
from tests.visits import ARGUMENTS

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
# When a picture is shown for the first time, by its digest: after the frame that has it, in milliseconds of the wall clock.
OBSERVER = """
window.shown = {};
new MutationObserver(() => requestAnimationFrame(() => requestAnimationFrame(() => {
  for (const image of document.querySelectorAll("#stage img, .card img"))
    if (image.complete) window.shown[(image.closest("#stage") ? "stage " : "card ") + (image.dataset.sha256 ?? image.src.slice(-64))]
      ??= performance.timeOrigin + performance.now();
}))).observe(document, {subtree: true, childList: true, attributes: true});
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


class Screen:
    """A browser that shows the asset; `shown` waits for a picture and tells when it was there, by the clock of `time.time`."""

    def __init__(self, browser, url):
        self.tab = browser.new_page(viewport={"width": 1280, "height": 900})
        self.tab.add_init_script(OBSERVER)
        self.tab.goto(url)
        self.tab.wait_for_selector("li.card img")
        self.tab.goto(f"{url.partition('#')[0]}#/asset/hero")
        self.tab.wait_for_selector("#stage img")

    def shown(self, where, sha256):
        """Seconds."""
        wanted = f"{where} {sha256}"
        self.tab.wait_for_function("wanted => wanted in window.shown", arg=wanted, polling=5)
        return self.tab.evaluate("wanted => window.shown[wanted]", wanted) / 1000


@contextlib.contextmanager
def chromium():
    """A browser, or None where there is none."""
    found = shutil.which("chromium")
    if found is None:
        yield None
        return
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield started
        started.close()


def rounds(path, form, count, browser):
    """One dict of times in milliseconds a save."""
    manifest = path / "assetgen.toml"
    manifest.write_text(MANIFEST.format(factor=1.0, form=form))
    marks = Marks(path / f"hero.{form}")
    page = Page(lambda wish: watch.ask(wish, page=True), allow_spend=False, watching=True) if browser is not None else None

    def hear(told):
        if page is not None:
            page.hear(told)
        marks.hear(told)

    watch = Watch(path, Options(), hear, environ=os.environ)
    url = page.start() if page is not None else ""
    thread = threading.Thread(target=watch.run)
    thread.start()
    marks.new()
    marks.ended.wait()
    screen = Screen(browser, url) if browser is not None else None
    found = []
    for number in range(1, count + 1):
        time.sleep(0.3)
        marks.at, began, clock = {}, time.perf_counter(), time.time()
        marks.ended.clear()
        manifest.write_text(MANIFEST.format(factor=round(1 + number / 100, 2), form=form))
        there = marks.new()
        marks.ended.wait()
        at = marks.at
        times = {
            "on disk": there - began,
            "told": at["ended"] - began,
            "quiet": QUIET,
            "look": at["looked"] - began - QUIET,
            "build: plan": at["planned"] - at["looked"],
            "build: picture": there - at["planned"],
        }
        if screen is not None:
            digest = hashlib.sha256(marks.before).hexdigest()
            times |= {"on screen": screen.shown("stage", digest) - clock, "in the gallery": screen.shown("card", digest) - clock}
        found.append(times)
    watch.ask(Quit())
    thread.join()
    if page is not None:
        screen.tab.close()
        page.close()
    return found


def main():
    """Print a table."""
    print(f"a change of post-processing of a 1024x1024 asset, medians of {ROUNDS} saves")
    with chromium() as browser:
        for form in ("webp", "png", "jpg", "avif"):
            with tempfile.TemporaryDirectory() as folder:
                found = rounds(Path(folder), form, ROUNDS, browser)
            medians = {name: statistics.median(one[name] for one in found) * 1000 for name in found[0]}
            worst = max(one["on disk"] for one in found) * 1000
            print(
                f"{form:6}" + "  ".join(f"{name} {value:.0f} ms" for name, value in medians.items()) + f"  (worst on disk {worst:.0f} ms)"
            )


if __name__ == "__main__":
    main()
