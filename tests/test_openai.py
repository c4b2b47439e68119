"""The provider through the real SDK, against a server on loopback. Its failures are in test_openai_failures.py."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assetgen.errors import MissingExtra, Refused
from assetgen.model import Size
from assetgen.providers import Blob, Request, masks
from tests.servers import KEY, serve_openai
from tests.servers.clients import failure_of, openai_clients
from tests.servers.pictures import draw

ROOT = Path(__file__).parents[1]
FOX = Request(model="gpt-image-2", prompt="a fox in the snow", size=Size(1024, 1024), params={"quality": "low"})


@pytest.fixture
def server():
    with serve_openai() as running:
        yield running


@pytest.fixture
def connect():
    with openai_clients() as connecting:
        yield connecting


def blob(name, form="png"):
    return Blob(data=draw(name, 64, 64, form=form), format=form, name=name)


def test_a_picture_with_everything_the_provider_said(server, connect):
    [picture] = connect(server.base_url).generate(
        Request(model="gpt-image-2", prompt="a föx", negative="text", seed=7, size=Size(1536, 1024), params={"quality": "low"}), None
    )
    assert picture.data.startswith(b"\x89PNG")
    assert picture.effective == {"size": "1536x1024", "quality": "low", "background": "opaque", "output_format": "png"}
    assert (picture.unhonoured, picture.revised_prompt, picture.request_id) == (("seed", "negative"), None, "req_1")
    assert picture.usage == {"text_in": 2, "image_in": 0, "image_out": 272, "text_out": 0}
    [seen] = server.requests
    assert seen.path == "/v1/images/generations"
    assert seen.fields == {"model": "gpt-image-2", "prompt": "a föx", "n": 1, "size": "1536x1024", "quality": "low"}
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.headers["user-agent"].startswith("OpenAI/Python")


def test_several_pictures_count_the_tokens_of_their_answer_once(server, connect):
    pictures = connect(server.base_url).generate(Request(model="gpt-image-1.5", prompt="one two three four five six seven", count=3), None)
    assert len({picture.data for picture in pictures}) == 3
    assert [picture.usage for picture in pictures] == [{"text_in": 7, "image_in": 0, "image_out": 3 * 4160, "text_out": 0}, {}, {}]


def test_references_and_a_mask_make_it_an_edit(server, connect):
    request = Request(
        model="gpt-image-2",
        prompt="a föx",
        size=Size(1024, 1024),
        params={"output_format": "webp", "output_compression": 50},
        references=(blob("one.png"), blob("two.webp", "webp")),
        mask=blob("mask.png"),
    )
    [picture] = connect(server.base_url).generate(request, None)
    assert picture.data[8:12] == b"WEBP"
    [seen] = server.requests
    assert seen.path == "/v1/images/edits"
    sent = {"model": "gpt-image-2", "prompt": "a föx", "n": "1", "size": "1024x1024", "output_format": "webp", "output_compression": "50"}
    assert seen.fields == sent
    files = {name: [(part["name"], part["type"], part["data"]) for part in parts] for name, parts in seen.files.items()}
    assert files == {
        "image": [("one.png", "image/png", blob("one.png").data), ("two.webp", "image/webp", blob("two.webp", "webp").data)],
        "mask": [("mask.png", "image/png", masks.transparent_where_painted(blob("mask.png")).data)],
    }


def test_dall_e_is_asked_for_bytes_and_the_others_are_not_asked(connect):
    with serve_openai(retired=()) as server:
        [picture] = connect(server.base_url).generate(Request(model="dall-e-3", prompt="a fox [[rewritten]]"), None)
        assert (server.requests[0].fields["response_format"], picture.revised_prompt) == ("b64_json", "a fox")
        [again] = connect(server.base_url).generate(Request(model="dall-e-3", prompt="a fox", params={"response_format": "url"}), None)
        assert (len(server.downloads), again.data[:4]) == (1, b"\x89PNG")


def test_a_server_of_ones_own_needs_no_key_and_keeps_its_parameters(connect):
    with serve_openai(key="none") as server:
        provider = connect("", key="", base_url=server.base_url, concurrency=2, requests_per_minute=30)
        provider.generate(Request(model="sd-turbo", prompt="a fox", params={"steps": 4, "size": "256x256"}), None)
    assert server.requests[0].fields == {"model": "sd-turbo", "prompt": "a fox", "n": 1, "steps": 4, "size": "256x256"}
    assert (provider.traits.concurrency, provider.traits.per_minute, provider.traits.paid) == (2, 30, True)


def test_a_proxy_of_the_user_is_used(server, connect):
    provider = connect("http://images.example/v1", env={"ASSETGEN_PROXY": f"http://127.0.0.1:{server.port}"})
    failure = failure_of(provider, FOX)
    assert (type(failure), server.requests[0].path) == (Refused, "http://images.example/v1/images/generations")


def test_threads_share_one_client_and_no_connection_is_used_twice(server, connect):
    provider = connect(server.base_url)
    small = [Request(model="local", prompt=f"fox {n}", size=Size(32, 32)) for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda request: provider.generate(request, None)[0].data, small))
    assert len(set(pictures)) == 24
    assert (len(server.requests), server.connections) == (24, 24)


def test_without_the_faster_decoders_the_answer_is_the_same(server, connect, monkeypatch):
    provider = connect(server.base_url)
    [fast] = provider.generate(FOX, None)
    monkeypatch.setitem(sys.modules, "pybase64", None)
    monkeypatch.setitem(sys.modules, "msgspec", None)
    [slow] = provider.generate(FOX, None)
    assert slow.data == fast.data
    server.fail_next("html", "bad-base64")
    assert [failure_of(provider, FOX).message for _ in range(2)] == [
        'openai answered with status 200 and "text/html", which is no JSON',
        "openai answered with base64 that cannot be decoded",
    ]


def test_a_missing_sdk_is_a_missing_extra(connect, monkeypatch):
    monkeypatch.setitem(sys.modules, "openai", None)
    failure = failure_of(connect("http://127.0.0.1:1/v1"), FOX)
    assert (type(failure), failure.message) == (MissingExtra, 'the provider "openai" needs the extra "openai", which is not installed')


def test_check_and_price_import_no_sdk_and_no_http():
    script = """
import sys
from assetgen.providers import Request
from assetgen.providers.openai import create
from assetgen.settings import Settings
create(Settings(), None).check(Request(model="gpt-image-2", prompt="a fox"))
print([name for name in ("openai", "httpx", "httpx2", "msgspec", "pybase64") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_the_servers_journal_outlives_a_killed_client(tmp_path):
    """Started by hand, as for a sweep of crashes: what was accepted stands in the file although the client died before the answer."""
    journal = tmp_path / "journal.jsonl"
    starting = [sys.executable, "-m", "tests.servers", "openai", "--journal", journal]
    client = f"""
from assetgen.net import Http
from assetgen.providers import Request
from assetgen.providers.openai import create
from assetgen.settings import Settings
import sys
settings = Settings(({{"OPENAI_BASE_URL": sys.argv[1], "OPENAI_API_KEY": "{KEY}"}},))
create(settings, Http()).generate(Request(model="gpt-image-2", prompt="a fox [[hang]]"), None)
"""
    with subprocess.Popen(starting, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        base_url = server.stdout.readline().strip()
        with subprocess.Popen([sys.executable, "-c", client, base_url], cwd=ROOT) as asking:
            while not journal.exists() or not journal.read_text():
                time.sleep(0.02)
            asking.send_signal(signal.SIGKILL)
        server.send_signal(signal.SIGINT)
    [line] = [json.loads(line) for line in journal.read_text().splitlines()]
    assert (line["path"], line["fault"], line["fields"]["prompt"]) == ("/v1/images/generations", "hang", "a fox [[hang]]")
    assert server.returncode == 0
