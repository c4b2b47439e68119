"""What the page would show of a project: looks at it one after the other, as a running preview takes them."""

import io
from contextlib import contextmanager

from PIL import Image

from assetgen.engine.survey import look
from assetgen.preview import static
from assetgen.preview.detail import detail
from assetgen.preview.gallery import snapshot, update
from assetgen.watch.wishes import Looked
from tests.servers.pictures import draw

# A picture to its last byte, and then something else, as files of two kinds at once have it.
TAIL = b"<script>alert(1)</script><!--"


class Looks:
    """`now` is the last look, `told` what the page was told of it."""

    def __init__(self, shop):
        self.shop, self.now, self.told = shop, None, None

    def __call__(self, **known):
        with self.open(**known) as looked:
            new = snapshot(looked, before=self.now, watching=True)
        self.told, self.now = update(self.now, new), new
        return new

    @contextmanager
    def open(self, **known):
        with look(self.shop.path, environ=self.shop.env()) as seen:
            yield Looked(seen=seen, **known)

    def detail(self, name="hero"):
        return detail(self.now, name)

    def output(self, name="hero", number=0):
        return self.detail(name)["outputs"][number]

    def card(self, name="hero"):
        return self.now.cards[name]

    def static(self, folder):
        with self.open() as looked:
            return static.write(looked, folder)

    def close(self):
        if self.now is not None:
            self.now.pictures.close()


def opened(data):
    """A picture that is one, whatever is asked of the name of its file."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def polyglot(text="a fox", width=640, height=480):
    return draw(text, width, height) + TAIL
