"""The pictures of the page in docs/images: `python -m tests.shots` draws them in a real Chromium, from a copy of examples/quickstart."""

import io
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from assetgen.engine.build import Options, run
from tests.conftest import IDENTITY
from tests.projects import ROOT, until
from tests.visits import ARGUMENTS, serving

LARGEST = 200_000
WHEN = "2026-11-20T09:00:00Z"
# What somebody changed since the last commit: a roll of the hero, a choice of valleys, and two pictures by a paid model.
EDITS = (
    ("seed    = 3\n", "seed    = 6\n"),
    (
        '["watercolour", "morning"] # several styles, applied in this order\nseed    = 1',
        '["watercolour", "morning"]\ncandidates = 4\nseed    = 7',
    ),
    ('size    = "800x800"\nseed    = 1', 'size    = "1024x1024"\nmodel   = "gpt-image-2"'),
    ('size    = "800x800"\nseed    = 2', 'size    = "1024x1024"\nmodel   = "gpt-image-2"'),
)
DRAWN = """[...document.images].every(one => one.complete && one.naturalWidth || one.getBoundingClientRect().top > innerHeight)"""
SHOTS = {
    "gallery-light": {},
    "gallery-dark": {"scheme": "dark"},
    "compare": {"asset": "hero", "keys": "cc"},
    "candidates": {"asset": "valley", "scheme": "dark"},
    "promote": {"asset": "mug", "keys": "p"},
    "phone": {"width": 360, "height": 760},
    "phone-asset": {"width": 360, "height": 760, "asset": "tin"},
}


def main():
    environ = {"HOME": tempfile.gettempdir(), "PATH": os.environ["PATH"]}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "kestrel"
        prepare(project, environ)
        with serving(project, environ, building=True, allow_spend=True) as site, sync_playwright() as playwright:
            until(lambda: settled(json.loads(site.page.scene.gallery())["cards"]))
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
            for name, how in SHOTS.items():
                path = ROOT / "docs" / "images" / f"preview-{name}.png"
                save(shoot(chromium, site.url, **how), path)
                print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")
            chromium.close()


def settled(cards):
    """Drafts are drawn, and candidates wait for a choice."""
    return sum(card["draft"] for card in cards) >= 2 and any(card["candidates"] > 1 for card in cards)


def prepare(project, environ):
    """The example, built and committed, and then changed."""
    shutil.copytree(ROOT / "examples" / "quickstart", project)
    manifest = project / "assetgen.toml"
    assert run(project, Options(), lambda _: None, environ=environ).exit_code == 0
    for words in (["init", "-qb", "main"], ["add", "-A"], ["commit", "-qm", "Pictures of the shop"]):
        dates = {"GIT_AUTHOR_DATE": WHEN, "GIT_COMMITTER_DATE": WHEN}
        subprocess.run(["git", *words], cwd=project, env=os.environ | IDENTITY | dates, check=True)
    text = manifest.read_text()
    for old, new in EDITS:
        assert old in text
        text = text.replace(old, new)
    manifest.write_text(text)


def shoot(chromium, url, *, width=1280, height=800, scheme="light", asset="", keys=""):
    """What a window shows once everything in it is drawn."""
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("li.card img")
    until(lambda: page.evaluate(DRAWN))
    if asset:
        page.evaluate("name => { location.hash = '#/asset/' + name; }", asset)
        page.wait_for_selector("#stage .frames")
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(200)
    until(lambda: page.evaluate(DRAWN))
    page.evaluate("document.querySelector('#toasts').replaceChildren()")
    taken = page.screenshot()
    context.close()
    return taken


def save(taken, path):
    """The best that is small enough: all colours, 256 of them dithered, or 256 as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    flat = picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    for each in (picture, picture.quantize(palette=flat, dither=Image.Dither.FLOYDSTEINBERG), flat):
        each.save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            return


if __name__ == "__main__":
    main()
