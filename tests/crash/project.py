"""The project that is killed: two paid assets, one made from the other, beside one that an earlier build finished."""

import json
import shutil
from pathlib import Path

from assetgen.model import LOCK, MANIFEST
from tests.servers import KEY
from tests.servers.pictures import draw

BEFORE = """version = 1

[assets.logo]
file = "art/logo.png"
outputs = ["out/logo.webp"]
"""
HERO, SCENE = "a red fox in the snow", "the fox at night"
AFTER = (
    BEFORE
    + f"""
[assets.hero]
prompt = "{HERO}"
model = "gpt-image-2"
size = "1024x1024"
outputs = ["out/hero.jpg", {{ path = "out/small/hero-{{width}}.png", widths = [32, 64] }}]

[assets.scene]
prompt = "{SCENE}"
model = "gpt-image-2"
size = "1024x1024"
references = ["@hero"]
post = [{{ op = "resize", width = 96, height = 96 }}]
outputs = ["out/scene.png"]
"""
)
PAID = {"hero": HERO, "scene": SCENE}


def write(root):
    """A project whose lock knows the logo only, once it is built."""
    (root / "art").mkdir(parents=True)
    (root / MANIFEST).write_text(BEFORE)
    (root / "art/logo.png").write_bytes(draw("logo", 64, 64))


def extend(root):
    """The paid assets come in."""
    (root / MANIFEST).write_text(AFTER)


def copy(base, root):
    """A fresh project in the state of `base`."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(base, root)


def environment(url, home):
    """What a build may know of its surroundings."""
    return {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": KEY, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "PATH": "/usr/bin:/bin"}


def outputs(root):
    """Every file below `out`, by its path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted((root / "out").rglob("*")) if path.is_file()}


def locked(root):
    """The bytes of the lock; None where there is none."""
    path = Path(root) / LOCK
    return path.read_bytes() if path.exists() else None


def accepted(journal):
    """How often the server accepted a request, for each paid asset."""
    prompts = [json.loads(line)["fields"]["prompt"] for line in journal.read_text().splitlines()] if journal.exists() else []
    assert set(prompts) <= set(PAID.values()), prompts
    return {name: prompts.count(prompt) for name, prompt in PAID.items()}
