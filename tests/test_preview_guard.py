"""Who is not let in: other hosts, other origins, other ports, other programs. The server is the real one, and so is the browser."""

import hashlib
import json
import re
import socket
import threading
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assetgen.engine.build import Options, run
from assetgen.engine.survey import look
from assetgen.preview import routes
from assetgen.preview.guard import SECURITY, Keys
from assetgen.preview.server import Page
from assetgen.preview.stream import LARGEST, Feed, Timing
from assetgen.watch.wishes import Build, Clash, Edit, Looked, Pick, Promote, Reroll
from tests.projects import until
from tests.visits import Client

pytest_plugins = ["tests.browser"]

MANIFEST = 'version = 1\n\n[assets.icon]\nprompt = "flat icon of a brain"\nsize = "64x64"\noutputs = ["icon.png"]\n'
MARK = "0123456789ab"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("guarded")
    (path / "assetgen.toml").write_text(MANIFEST)
    assert run(path, Options(), lambda _: None, environ={}).exit_code == 0
    return path


class Site:
    """A page over a real project, with somebody who writes down every wish."""

    def __init__(self, folder, **options):
        self.wishes, self.bugs, self.clash = [], [], None
        self.page = Page(self.ask, **({"allow_spend": False, "watching": False, "bug": self.bugs.append} | options))
        self.client = Client(self.page.start())
        with look(folder, environ={}) as seen:
            self.page.hear(Looked(seen=seen))

    def ask(self, wish):
        self.wishes.append(wish)
        done = Future()
        if self.clash is None:
            done.set_result(None)
        else:
            done.set_exception(self.clash)
        return done

    def wish(self, **asked):
        given = {**self.client.inside, "Origin": f"http://{self.client.host}", "Content-Type": "application/json"}
        status, _, body = self.client.ask("POST", "/api/wish", given, json.dumps(asked).encode())
        return status, json.loads(body)

    def enter(self):
        status, headers, body = self.client.enter()
        assert status == 200, body
        self.client.cookie, self.client.proof = headers["set-cookie"].partition(";")[0], json.loads(body)["csrf"]
        return self


@pytest.fixture(scope="module")
def site(folder):
    made = Site(folder).enter()
    yield made
    made.page.close()
    assert made.bugs == []


@pytest.fixture
def client(site):
    return site.client


@pytest.fixture(scope="module")
def thumb(site):
    status, _, body = site.client.ask("GET", "/api/gallery", site.client.inside)
    assert status == 200
    return json.loads(body)["cards"][0]["thumb"]


def test_only_the_loopback_address_listens(site):
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split()[1] for line in listening if line.split()[3] == "0A" and int(line.split()[1].split(":")[1], 16) == site.client.port]
    assert rows == [f"0100007F:{site.client.port:04X}"]
    six = Path("/proc/net/tcp6")
    assert not six.exists() or f":{site.client.port:04X} " not in "".join(line for line in six.read_text().splitlines() if " 0A " in line)


def test_the_page_itself_holds_no_secret_and_needs_none(client):
    for path in ("/", "/page.js", "/page.css", "/icon.png"):
        status, headers, body = client.ask("GET", path)
        assert status == 200, path
        assert client.token.encode() not in body
        assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1", "localhost", "127.0.0.1:1", "localhost.evil.example:{port}", "127.0.0.1.nip.io:{port}"),
        *(
            "evil.example:{port}",
            "0.0.0.0:{port}",
            "[::1]:{port}",
            "127.1:{port}",
            "user@127.0.0.1:{port}",
            "127.0.0.1:{port}.",
            "LOCALHOST:{port}",
        ),
        *("127.0.0.1:{port}, evil.example", "127.0.0.1:0{port}", ""),
    ],
)
def test_a_foreign_host_is_misdirected(client, host):
    for path in ("/", "/api/gallery", "/t/" + "0" * 64, "/nowhere"):
        status, _, body = client.ask("GET", path, client.inside, host=host.format(port=client.port))
        assert (status, json.loads(body)["error"]) == (421, "this server answers to its own address only")


def test_two_hosts_or_none_are_refused(client):
    for head in (f"Host: {client.host}\r\nHost: evil.example\r\n", ""):
        assert raw(client, f"GET /api/gallery HTTP/1.1\r\n{head}Connection: close\r\n\r\n")[0] in {400, 421}


def test_localhost_is_the_same_place(client):
    status, _, _ = client.ask("GET", "/api/gallery", client.inside, host=f"localhost:{client.port}")
    assert status == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}", "http://localhost:{port}", ""]
)
def test_a_foreign_origin_is_refused(client, origin):
    given = client.inside | {"Origin": origin.format(port=client.port)}
    for path in ("/", "/api/gallery", "/api/events?since=0"):
        assert client.ask("GET", path, given)[0] == 403
    asked = json.dumps({"wish": "build"}).encode()
    assert client.ask("POST", "/api/wish", given | {"Content-Type": "application/json"}, asked)[0] == 403
    assert client.enter(Origin=given["Origin"])[0] == 403


def test_a_change_that_names_no_origin_is_refused(site, client):
    asked = json.dumps({"wish": "build"}).encode()
    status, _, body = client.ask("POST", "/api/wish", client.inside | {"Content-Type": "application/json"}, asked)
    assert (status, json.loads(body)["error"]) == (403, "a change must say where it comes from")
    assert Build() not in site.wishes


@pytest.mark.parametrize("place", ["cross-site", "same-site", "nonsense"])
def test_what_a_browser_says_of_another_site_is_believed(client, place):
    given = client.inside | {"Sec-Fetch-Site": place}
    assert {client.ask("GET", path, given)[0] for path in ("/", "/api/gallery", "/api/events?since=0")} == {403}


def test_no_answer_lets_another_site_read_it(client):
    given = client.inside | {"Access-Control-Request-Method": "POST"}
    for method, path in (("GET", "/"), ("GET", "/api/gallery"), ("OPTIONS", "/api/wish"), ("GET", "/nowhere")):
        _, headers, _ = client.ask(method, path, given)
        assert [name for name in headers if name.startswith("access-control-")] == []


def test_without_the_cookie_nothing_is_told(client, thumb):
    for cookie in (
        "",
        "assetgen-1=x",
        f"assetgen-{client.port}=",
        client.cookie + "x",
        client.cookie[:-1],
        f"{client.cookie}; {client.cookie}",
    ):
        for path in ("/api/gallery", "/api/asset?name=icon", "/api/events?since=0", f"/t/{thumb}", f"/i/{thumb}", "/nowhere"):
            status, _, body = client.ask("GET", path, {"Cookie": cookie, "X-Assetgen-Csrf": client.proof})
            assert (status, json.loads(body)["error"]) == (401, "this browser has not been let in")


def test_the_cookie_alone_is_not_enough(site, client):
    """A cookie goes to every port of a host, and so to servers that belong to others."""
    for proof in ({}, {"X-Assetgen-Csrf": ""}, {"X-Assetgen-Csrf": client.proof[:-1]}):
        for path in ("/api/gallery", "/api/asset?name=icon", "/api/events?since=0"):
            assert client.ask("GET", path, {"Cookie": client.cookie} | proof)[0] == 403
        given = {"Cookie": client.cookie, "Origin": f"http://{client.host}", "Content-Type": "application/json"} | proof
        assert client.ask("POST", "/api/wish", given, b'{"wish":"build"}')[0] == 403
    assert Build() not in site.wishes


@pytest.mark.parametrize(
    "target",
    [
        *("/../../etc/passwd", "/i/../../assetgen.toml", "/i/..%2f..%2fassetgen.toml", "/i/%2e%2e/assetgen.toml", "/i/..%5cassetgen.toml"),
        *("/.", "/./", "//", "//etc/passwd", "/page.js/", "/page.js/.", "/page%2ejs", "/page.js%00", "/%2fetc/passwd", "/i//etc/passwd"),
        *("/page.js?raw??", "/page.js?raw", "/?import", "/page.js#x", "/#x", "/@fs/etc/passwd", "/i/x;y", "/i/~root", "/\\etc\\passwd"),
        *("http://127.0.0.1:{port}/page.js", "http://evil.example/", "https://evil.example:443/x", "*", "page.js", "127.0.0.1:{port}", ""),
        *(
            "/api/asset?name=icon&x=1",
            "/api/asset?name=%",
            "/api/asset?name=../x",
            "/api/asset?file=icon",
            "/api/events?since=0#x",
            "/api/gallery?",
        ),
    ],
)
def test_a_strange_target_is_refused(client, target):
    lines = [f"GET {target.format(port=client.port)} HTTP/1.1", f"Host: {client.host}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in client.inside.items()]
    status, body = raw(client, "\r\n".join(lines) + "\r\n\r\n")
    allowed = {200} if target == "/api/gallery?" else {400, 404}
    assert status in allowed
    assert b"root:" not in body
    assert b"[assets" not in body


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused(client, method):
    assert client.ask(method, "/api/gallery", client.inside | {"Origin": f"http://{client.host}"})[0] == 405


def test_a_wish_by_get_is_none(client):
    assert client.ask("GET", "/api/wish", client.inside)[0] == 405
    assert client.ask("GET", "/session", {})[0] == 405


@pytest.mark.parametrize("name", ["", "0" * 63, "0" * 65, "g" * 64, "0" * 64, "A" * 64, "icon.png"])
def test_only_pictures_of_the_index_are_served(client, name, folder):
    for place in ("t", "i"):
        assert client.ask("GET", f"/{place}/{name}", client.inside)[0] in {400, 404}


def test_other_objects_of_the_store_are_not_served(client, folder):
    known = {path.name for path in folder.rglob("cas/**/*") if path.is_file()}
    gallery = json.loads(client.ask("GET", "/api/gallery", client.inside)[2])
    shown = {card["thumb"] for card in gallery["cards"]}
    assert shown
    manifest = hashlib.sha256(MANIFEST.encode()).hexdigest()
    assert client.ask("GET", f"/i/{manifest}", client.inside)[0] == 404
    assert known


def test_a_picture_is_its_own_name(client, thumb):
    for place, media in (("t", "image/webp"), ("i", "image/png")):
        status, headers, body = client.ask("GET", f"/{place}/{thumb}", client.inside)
        assert (status, headers["content-type"], headers["etag"]) == (200, media, f'"{thumb}"')
        assert headers["cache-control"] == "private, max-age=31536000, immutable"
        assert body
        assert client.ask("GET", f"/{place}/{thumb}", client.inside | {"If-None-Match": f'"{thumb}"'})[0] == 304
        assert client.ask("HEAD", f"/{place}/{thumb}", client.inside)[::2] == (200, b"")


def test_every_answer_has_the_headers(client, thumb):
    inside, sent = client.inside, []
    sent += [
        client.ask("GET", path, inside) for path in ("/", "/page.js", "/api/gallery", f"/i/{thumb}", "/nowhere", "/a?b", "/i/" + "0" * 64)
    ]
    sent += [client.ask("GET", "/", host="evil.example"), client.ask("GET", "/api/gallery"), client.ask("PUT", "/", inside)]
    sent += [client.ask("POST", "/api/wish", inside), client.enter("wrong"), client.ask("GET", "/", {"Origin": "http://evil.example"})]
    for status, headers, _ in sent:
        assert {name: headers.get(name) for name in SECURITY} == dict(SECURITY), status
        assert "server" not in headers
        assert "x-powered-by" not in headers
    assert {status for status, _, _ in sent} == {200, 404, 400, 421, 401, 405, 403}
    spoiled = answer(client, "nonsense\r\n\r\n")
    assert spoiled.startswith("HTTP/1.1 400")
    assert all(f"{name}: {value}" in spoiled for name, value in SECURITY.items())


def test_the_policy_allows_nothing_from_elsewhere():
    policy = SECURITY["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert set(re.findall(r"[a-z-]+-src ([^;]+)", policy)) == {"'none'", "'self'"}
    assert "unsafe" not in policy


def test_the_cookie_is_out_of_reach(site):
    _, headers, body = site.client.enter()
    cookie = headers["set-cookie"]
    assert re.fullmatch(rf"assetgen-{site.client.port}=[A-Za-z0-9_-]{{43}}; HttpOnly; Path=/; SameSite=strict", cookie)
    keys = [site.client.token, cookie.partition("=")[2].partition(";")[0], json.loads(body)["csrf"]]
    assert len(set(keys)) == 3
    assert headers["cache-control"] == "no-store"


def test_wrong_tokens_are_counted():
    now = [0.0]
    keys = Keys(lambda: now[0])
    assert [keys.admits("wrong") for _ in range(11)] == [False] * 10 + [None]
    assert keys.admits(keys.token) is None
    now[0] = 61.0
    assert keys.admits(keys.token) is True
    assert len(keys.token) == 43


def test_a_token_for_one_use_is_worth_nothing_after_it():
    keys = Keys()
    once = keys.once()
    assert [keys.admits(once), keys.admits(once), keys.admits(keys.token), keys.admits(keys.token)] == [True, False, True, True]


def test_the_server_locks_out_who_guesses(folder):
    site = Site(folder)
    statuses = [site.client.enter(f"wrong{number}")[0] for number in range(12)]
    assert statuses == [401] * 10 + [429, 429]
    assert site.client.enter()[0] == 429
    site.page.close()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"token": 1}', b'{"token": "\xff"}', b'{"token": "x", "y": 1}'])
def test_a_session_is_not_begun_by_nonsense(folder, body):
    site = Site(folder)
    assert site.client.ask("POST", "/session", {"Origin": f"http://{site.client.host}"}, body)[0] == 401
    site.page.close()


# Wishes.


def test_a_wish_arrives_as_it_was_meant(site):
    site.wishes.clear()
    assert site.wish(wish="build", names=["icon"]) == (200, {"done": True})
    assert site.wish(wish="pick", name="icon", choice="2") == (200, {"done": True})
    assert site.wish(wish="edit", field="prompt", name="icon", value="a heart", was="flat icon of a brain") == (200, {"done": True})
    assert site.wish(wish="edit", field="seed", name="icon", value=3, was=None) == (200, {"done": True})
    assert site.wishes == [
        Build(names=("icon",)),
        Pick(name="icon", choice="2"),
        Edit(name="icon", field="prompt", value="a heart", was="flat icon of a brain"),
        Edit(name="icon", field="seed", value=3, was=None),
    ]


def test_no_wish_spends_unless_the_page_may(site):
    site.wishes.clear()
    refused = (403, {"error": "this page may not spend money", "hint": "start again with --allow-spend"})
    assert site.wish(wish="promote", shown={"icon": MARK}, most="0.04") == refused
    assert site.wish(wish="reroll", name="icon", seed=None, most="0.04", mark=MARK) == refused
    assert site.wishes == []


def test_a_purchase_says_what_was_agreed_to(folder):
    site = Site(folder, allow_spend=True).enter()
    assert site.wish(wish="promote", shown={"icon": MARK}, most="0.04") == (200, {"done": True})
    assert site.wish(wish="reroll", name="icon", seed=7, most="1", mark=MARK) == (200, {"done": True})
    [promote, reroll] = site.wishes
    assert (promote.names, promote.shown, reroll.shown) == (("icon",), {"icon": MARK}, {"icon": MARK})
    assert (type(promote), str(promote.most), type(reroll), str(reroll.most), reroll.seed) == (Promote, "0.04", Reroll, "1", 7)
    for most in (None, "", "-1", "1e9", "NaN", "Infinity", "1,5", "0.04 ", "٣", 0.04):
        assert site.wish(wish="promote", shown={"icon": MARK}, most=most)[0] == 400
    assert site.wish(wish="promote", shown={"icon": MARK})[0] == 400
    # Nor is anything bought of which nobody says what was seen.
    assert site.wish(wish="reroll", name="icon", seed=7, most="1")[0] == 400
    for shown in ({}, {"icon": ""}, {"icon": MARK.upper()}, {"icon": None}, ["icon"], None):
        assert site.wish(wish="promote", shown=shown, most="1")[0] == 400
    assert len(site.wishes) == 2
    site.page.close()


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"wish": "quit"},
        {"wish": "build", "names": "icon"},
        {"wish": "build", "more": 1},
        {"wish": "pick", "name": "icon", "choice": 2},
        {"wish": "pick", "name": "", "choice": "2"},
        {"wish": "edit", "field": "outputs", "name": "icon", "value": "x", "was": None},
        {"wish": "edit", "field": "seed", "name": "icon", "value": "3", "was": None},
        {"wish": "edit", "field": "seed", "name": "icon", "value": True, "was": None},
        {"wish": "edit", "field": "seed", "name": "icon", "value": -1, "was": None},
        {"wish": "edit", "field": "prompt", "name": "icon", "value": "x"},
    ],
)
def test_what_is_no_wish_is_refused(site, asked):
    site.wishes.clear()
    assert site.wish(**asked)[0] == 400
    assert site.wishes == []


def test_an_edit_of_what_was_changed_meanwhile_is_refused(folder):
    site = Site(folder).enter()
    edit = Edit(name="icon", field="prompt", value="mine", was="an older one")
    site.clash = Clash(edit, "flat icon of a brain")
    status, said = site.wish(wish="edit", field="prompt", name="icon", value="mine", was="an older one")
    assert (status, said) == (
        409,
        {
            "error": 'the prompt of "icon" was changed meanwhile',
            "hint": "look at the new one, then save again",
            "now": "flat icon of a brain",
        },
    )
    assert site.wishes == [edit]
    site.page.close()


def test_a_wish_is_json_and_short(site, client):
    site.wishes.clear()
    given = client.inside | {"Origin": f"http://{client.host}"}
    for media in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert client.ask("POST", "/api/wish", given | {"Content-Type": media}, b'{"wish":"build"}')[0] == 415
    long = json.dumps({"wish": "build", "names": ["x" * 70_000]}).encode()
    assert client.ask("POST", "/api/wish", given | {"Content-Type": "application/json"}, long)[0] == 413
    assert routes.LARGEST_BODY == 64 * 1024
    assert site.wishes == []


def test_long_headers_are_refused(client):
    assert client.ask("GET", "/", {"X-Long": "x" * 20_000})[0] == 431
    endless = f"GET / HTTP/1.1\r\nHost: {client.host}\r\nX: " + "x" * 17_000
    assert raw(client, endless)[0] == 400


def test_there_are_no_websockets(client):
    given = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    assert client.ask("GET", "/api/gallery", client.inside | given)[0] == 200


# The stream.


def test_a_tab_that_does_not_read_is_let_go(folder):
    site = Site(folder).enter()
    object.__setattr__(site.page._routes.timing, "heartbeat", 0.05)
    object.__setattr__(site.page._routes.timing, "patience", 0.3)
    feed = site.page.scene.feed
    with socket.create_connection(("127.0.0.1", site.client.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(request(site.client, "/api/events?since=0"))
        until(lambda: feed.tabs == 1)
        # Little by little: who is told at once of more than is kept is told to look anew.
        until(lambda: (feed.publish("event", '"' + "x" * 60_000 + '"'), feed.tabs == 0)[1])
    site.page.close()
    assert Timing().patience == 30


def test_a_tab_that_was_away_hears_what_it_missed(site, client):
    feed = site.page.scene.feed
    since = feed.number
    for number in range(3):
        feed.publish("event", f'{{"number":{number}}}')
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        connection.sendall(request(client, f"/api/events?since={since}", f"Last-Event-ID: {since + 1}"))
        heard = b""
        while b'{"number":2}' not in heard:
            heard += connection.recv(65536)
    assert b'{"number":0}' not in heard
    assert b'{"number":1}' in heard
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        connection.sendall(request(client, f"/api/events?since={feed.number + 5}"))
        heard = b""
        while b"event: reset" not in heard:
            heard += connection.recv(65536)
    until(lambda: feed.tabs == 0)


def test_what_is_kept_for_tabs_has_a_size():
    feed = Feed()
    text = '"' + "x" * (LARGEST // 4) + '"'
    for _ in range(5):
        feed.publish("event", text)
    assert [len(feed.after(since)[1]) for since in (2, 3, 4, 5)] == [3, 2, 1, 0]
    assert feed.after(1) == (5, [b"id: 5\nevent: reset\ndata: {}\n\n"])
    # One that is too large by itself is told as a look anew, and what follows as ever.
    feed.publish("event", text * 5)
    assert feed.after(5) == (6, [b"id: 6\nevent: reset\ndata: {}\n\n"])
    feed.publish("event", "{}")
    assert feed.after(6) == (7, [b"id: 7\nevent: event\ndata: {}\n\n"])


# Another site, in a real browser.


class Evil(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<!doctype html><title>evil</title><body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def evil():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["127.0.0.1", "localhost"])
def stranger(request, evil, site, browse):
    """A browser that was let in, and shows a page of another port (of the same host, and of another one) in a second tab."""
    tab = browse(f"http://{site.client.host}/#token={site.client.token}", wait="li.card img")
    other = tab.page.context.new_page()
    other.goto(f"http://{request.param}:{evil}/")
    return other


def test_a_script_of_another_site_reads_nothing(site, client, stranger):
    for path in ("/", "/api/gallery", "/api/asset?name=icon", "/page.js", "/api/events?since=0"):
        for more in ({}, {"credentials": "include"}, {"headers": {"X-Assetgen-Csrf": client.proof}, "credentials": "include"}):
            script = "([url, more]) => fetch(url, more).then(answer => answer.text(), error => 'refused')"
            assert stranger.evaluate(script, [f"http://{client.host}{path}", more]) == "refused"
    script = "url => fetch(url, {mode: 'no-cors', credentials: 'include'}).then(answer => answer.type, error => 'refused')"
    assert stranger.evaluate(script, f"http://{client.host}/api/gallery") == "refused"


@pytest.mark.parametrize("kind", ["img", "script", "iframe", "link", "object"])
def test_another_site_cannot_show_what_is_here(client, thumb, stranger, kind):
    path = {"img": f"/t/{thumb}", "script": "/page.js", "iframe": "/", "link": "/page.css", "object": f"/i/{thumb}"}[kind]
    script = """([kind, url]) => new Promise(done => {
      const made = document.createElement(kind);
      made.onload = () => done(kind === "iframe" ? "blank" : "loaded");
      made.onerror = () => done("blank");
      if (kind === "link") made.rel = "stylesheet";
      made[kind === "link" ? "href" : kind === "object" ? "data" : "src"] = url;
      document.body.append(made);
    })"""
    assert stranger.evaluate(script, [kind, f"http://{client.host}{path}"]) == "blank"
    if kind == "iframe":
        assert 'id="cards"' not in stranger.frames[-1].content()


def test_another_site_hears_no_events(client, stranger):
    script = """url => new Promise(done => {
      const source = new EventSource(url, {withCredentials: true});
      source.onerror = () => { source.close(); done("refused"); };
      source.onopen = source.onmessage = () => done("heard");
    })"""
    assert stranger.evaluate(script, f"http://{client.host}/api/events?since=0") == "refused"


def test_another_site_cannot_post_a_form(site, client, stranger):
    site.wishes.clear()
    script = """url => {
      const form = document.createElement("form");
      Object.assign(form, {method: "post", action: url, enctype: "text/plain"});
      const field = document.createElement("input");
      Object.assign(field, {name: '{"wish":"build","names":["', value: '"]}'});
      form.append(field);
      document.body.append(form);
      form.submit();
    }"""
    with stranger.expect_navigation() as navigation:
        stranger.evaluate(script, f"http://{client.host}/api/wish")
    assert navigation.value.status == 403
    assert site.wishes == []


def test_another_site_cannot_post_with_a_script(site, client, stranger):
    site.wishes.clear()
    for media in ("text/plain", "application/json"):
        script = """([url, media, proof]) => fetch(url, {
          method: "POST", mode: media === "text/plain" ? "no-cors" : "cors", credentials: "include",
          headers: media === "text/plain" ? {"content-type": media} : {"content-type": media, "x-assetgen-csrf": proof},
          body: '{"wish":"build"}'}).then(answer => answer.type, error => "refused")"""
        assert stranger.evaluate(script, [f"http://{client.host}/api/wish", media, client.proof]) == "refused"
    assert site.wishes == []


def test_a_link_of_another_site_leads_nowhere(client, stranger):
    with stranger.expect_navigation() as navigation:
        stranger.evaluate("url => { location.href = url; }", f"http://{client.host}/#/asset/icon")
    assert navigation.value.status == 403


def test_the_token_leaves_the_address_bar_and_goes_nowhere(site, client, browse):
    tab = browse(f"http://{client.host}/#token={client.token}", wait="li.card img")
    assert client.token not in tab.url
    assert tab.evaluate("history.length") <= 2
    assert [url for url in tab.asked[1:] if client.token in url] == []
    assert client.token not in tab.evaluate("JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie")
    tab.reload()
    tab.wait_for_selector("li.card img")


def test_who_has_no_token_is_told_what_to_do(client, browse):
    tab = browse(f"http://{client.host}/", wait="#gate:not([hidden])")
    assert "open the address that assetgen printed" in tab.inner_text("#gate")
    wrong = browse(f"http://{client.host}/#token=wrong", wait="#gate:not([hidden])")
    assert "this is not the token of this server" in wrong.inner_text("#gate")


def request(client, target, *more):
    lines = [f"GET {target} HTTP/1.1", f"Host: {client.host}", *(f"{name}: {value}" for name, value in client.inside.items()), *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(client, text):
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as connection:
        connection.sendall(text.encode())
        found = b""
        while part := connection.recv(65536):
            found += part
    return found.decode("latin-1")


def raw(client, text):
    found = answer(client, text)
    return int(found.split()[1]), found.partition("\r\n\r\n")[2].encode("latin-1")
