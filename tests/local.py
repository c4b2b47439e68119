"""Local models in tests: a provider over a project's folder, requests for it, and pictures that go in."""

import contextlib
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from assetgen.model import Size
from assetgen.net import Http
from assetgen.providers import Blob, Request
from assetgen.providers.diffusers import create
from assetgen.settings import Settings

SMALL = Size(64, 64)


@contextlib.contextmanager
def studios(root, environ=None):
    """A function from a table [providers.diffusers] to a provider for the project in `root`; all are closed at the end."""
    with contextlib.ExitStack() as opened:

        def make(**table):
            http = Http(sleep=lambda _: None)
            provider = create(Settings((environ or {},), {"providers": {"diffusers": table}}, str(root)), http)
            opened.callback(http.close)
            opened.callback(provider.close)
            return provider

        yield make


@dataclass
class Sheet:
    """A job on paper; after `patience` words of progress the user wants to stop."""

    told: list = field(default_factory=list)
    patience: int = 1_000_000
    handle: None = None

    def progress(self, fraction, text):
        self.told.append(text)

    def cancelled(self):
        return len(self.told) >= self.patience


def ask(model, prompt="a red fox", *, size=SMALL, seed=7, steps=2, params=None, **more):
    return Request(model=model, id=model, prompt=prompt, size=size, seed=seed, params={"steps": steps, **(params or {})}, **more)


def picture(width=64, height=64, *, name="edges.png"):
    bands = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").rotate(90)]
    return blob(Image.merge("RGB", bands).resize((width, height)), name)


def left_half(width=64, height=64):
    """A mask: the left half is painted anew."""
    mask = Image.new("L", (width, height), 0)
    mask.paste(255, (0, 0, width // 2, height))
    return blob(mask, "mask.png")


def blob(image, name):
    file = BytesIO()
    image.save(file, "PNG")
    return Blob(data=file.getvalue(), format="png", name=name)


def pixels(data):
    with Image.open(BytesIO(data)) as image:
        return image.convert("RGB")


def cached(cache, name, folder, commit, *, branch="main"):
    """Put a folder into a cache of the hub's as its client would; `branch` points to it."""
    root = cache / f"models--{name.replace('/', '--')}"
    (root / "refs").mkdir(parents=True, exist_ok=True)
    (root / "snapshots").mkdir(exist_ok=True)
    if branch:
        (root / "refs" / branch).write_text(commit)
    (root / "snapshots" / commit).symlink_to(folder)
    return root
