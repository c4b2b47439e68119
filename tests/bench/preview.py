"""What the page costs with 2,000 assets: a look, the difference of two, details, thumbnails of large pictures, the static gallery."""

import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assetgen.engine.build import Options, run
from assetgen.engine.survey import look
from assetgen.preview import static
from assetgen.preview.detail import detail
from assetgen.preview.gallery import snapshot, update
from assetgen.preview.pictures import Pictures, Place
from assetgen.watch.wishes import Looked
from tests.servers.pictures import draw

ROUNDS = 7
THUMBS = 60


def manifest(count, word):
    """Assets as people have them, small enough that building them is no part of the wait."""
    assets = (
        f'[assets.a{number}]\nprompt = "a lighthouse on a cliff at dusk, number {number}{word if number == 0 else ""}"\n'
        f'alt = "A lighthouse"\ntags = ["docs", "t{number % 7}"]\noutputs = ["a{number}.webp"]\n'
        for number in range(count)
    )
    return 'version = 1\n[project]\noutputs = "out"\n[defaults]\nsize = "64x64"\n' + "".join(assets)


def timed(work):
    """Seconds, and what came of it."""
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def told(what, seconds):
    print(f"{what:44}{seconds * 1000:>10.1f} ms")


def looks(root):
    """Looks at one project, one asset of which changes from one to the next."""
    shots, updates, seen_in = [], [], []
    now = None
    for number in range(ROUNDS):
        (root / "assetgen.toml").write_text(manifest(COUNT, f", take {number}"))
        began = time.perf_counter()
        with look(root) as seen:
            seen_in.append(time.perf_counter() - began)
            seconds, new = timed(lambda now=now, seen=seen: snapshot(Looked(seen=seen), before=now, watching=True))
        shots.append(seconds)
        seconds, change = timed(lambda now=now, new=new: update(now, new))
        assert len(change["cards"]) == (COUNT if now is None else 1)
        updates.append(seconds)
        now = new
    told("survey", statistics.median(seen_in))
    told("snapshot", statistics.median(shots))
    told("update", statistics.median(updates[1:]))
    told("gallery as a document", timed(now.gallery)[0])
    told("details of one asset", statistics.median(timed(lambda name=name: detail(now, name))[0] for name in list(now.cards)[:50]))
    now.pictures.close()


def thumbs(root):
    """Thumbnails of pictures as providers make them, by as many threads as there are processors."""
    workers = os.cpu_count() or 1
    pictures = Pictures(root, root / "thumbs", workers=workers)
    names = [pictures.store.put(draw(f"fox {number}", 1024, 1024, weight=1_000_000)) for number in range(THUMBS)]
    pictures.name({sha256: Place() for sha256 in names})
    with ThreadPoolExecutor(workers) as pool:
        first, _ = timed(lambda: list(pool.map(pictures.thumb, names)))
        again, _ = timed(lambda: list(pool.map(pictures.thumb, names)))
        whole, _ = timed(lambda: list(pool.map(pictures.full, names)))
    pictures.close()
    told(f"a thumbnail of 1024x1024, {workers} threads", first / THUMBS)
    told("a thumbnail that is kept", again / THUMBS)
    told("a picture of a provider drawn anew", whole / THUMBS)


def main():
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "assetgen.toml").write_text(manifest(COUNT, ""))
        run(root, Options(), lambda _: None)
        print(f"{COUNT} assets, medians of {ROUNDS}")
        looks(root)
        thumbs(root)
        with look(root) as seen:
            told("static gallery, first", timed(lambda: static.write(Looked(seen=seen), root / "gallery"))[0])
        with look(root) as seen:
            told("static gallery, again", timed(lambda: static.write(Looked(seen=seen), root / "gallery"))[0])


COUNT = int(os.environ.get("ASSETS", "2000"))

if __name__ == "__main__":
    sys.exit(main())
