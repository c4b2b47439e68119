"""What tests of the page speak with: a tab of a browser, a project that is watched and served, and a program that asks as it likes."""

import contextlib
import http.client
import threading
from dataclasses import dataclass, field

from playwright.sync_api import expect

from assetgen.errors import AssetgenError
from assetgen.preview.server import Page
from assetgen.watch.loop import Options, Watch
from assetgen.watch.wishes import Happened, Looked
from tests.projects import PATIENCE, until

# No sandbox: the tests may run as root. Nothing that would call home.
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--mute-audio"),
)


@dataclass
class Tab:
    """A tab with a context of its own, and everything that a careful user would see in its console."""

    page: object
    said: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    dialogs: list = field(default_factory=list)

    def __getattr__(self, name):
        return getattr(self.page, name)

    def card(self, name):
        return self.page.locator(f'li.card[data-name="{name}"]')

    def open(self, name):
        self.card(name).locator("a").click()
        expect(self.page.locator("#d-name")).to_have_text(name)
        expect(self.page.locator("#stage > *")).to_have_count(1)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def wide(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")


@dataclass
class Served:
    """A project, watched and served. `told` is what the watch told the page."""

    url: str
    page: Page
    watch: Watch
    told: list
    thread: threading.Thread

    @property
    def origin(self):
        return self.url.partition("/#")[0]

    def looked(self):
        """How often the project was looked at."""
        return sum(1 for each in self.told if isinstance(each, Looked))

    def events(self, kind):
        return [each.event for each in self.told if isinstance(each, Happened) and isinstance(each.event, kind)]


@contextlib.contextmanager
def serving(path, environ, *, building=False, allow_spend=False, names=(), max_cost=None):
    """The project at `path` behind a page, with the watch that the command line starts."""
    told, failed = [], []

    def listen(each):
        page.hear(each)
        told.append(each)

    options = Options(names=names, building=building, allow_spend=allow_spend, max_cost=max_cost)
    watch = Watch(path, options, listen, environ=environ, patience=PATIENCE)
    page = Page(lambda wish: watch.ask(wish, page=True), allow_spend=allow_spend, watching=building, bug=failed.append)

    def run():
        try:
            watch.run()
        except AssetgenError as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    served = Served(page.start(), page, watch, told, thread)
    thread.start()
    try:
        until(lambda: told or failed)
        yield served
    finally:
        watch.stop()
        thread.join(20)
        page.close()
    assert not thread.is_alive()
    assert failed == []


class Client:
    """Asks a page's server as a program does: nothing is added to what a test says, and nothing taken away."""

    def __init__(self, url):
        root, _, self.token = url.partition("#token=")
        self.host = root.split("/")[2]
        self.port = int(self.host.rpartition(":")[2])
        self.cookie = self.proof = ""

    def ask(self, method, target, headers=None, body=b"", *, host=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in [("Host", self.host if host is None else host), *(headers or {}).items()]:
                connection.putheader(name, value)
            if body or method == "POST":
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def enter(self, token=None, **headers):
        """Exchange the token; returns what was answered."""
        body = f'{{"token": "{self.token if token is None else token}"}}'.encode()
        given = {"Origin": f"http://{self.host}", "Content-Type": "application/json"} | headers
        return self.ask("POST", "/session", given, body)

    @property
    def inside(self):
        """The headers of somebody who was let in."""
        return {"Cookie": self.cookie, "X-Assetgen-Csrf": self.proof}
