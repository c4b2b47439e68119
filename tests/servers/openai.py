"""OpenAI's image API on loopback: generations, edits, result files. It judges requests as the real one does, and can fail in its ways.

A fault is taken from the queue (`fail_next`), or from the prompt: `[[429]]` in it fails every request that carries it.
"""

import base64
import contextlib
import json
import re
import socket
import struct
import sys
import threading
import time
from collections import deque
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.faults import FAULTS, MARK, REFUSALS, SPOILED, URLS, error
from tests.servers.journal import Journal, Seen
from tests.servers.pictures import draw

KEY = "sk-test-0123456789abcdefghij"


class OpenAIServer:
    """`requests` is everything it read, `accepted` what it charges for. `retired` are models it no longer has.

    The same request gets the same picture, so that tests can tell pictures apart; with `rolls` every answer is another roll.
    """

    def __init__(self, *, journal=None, key=KEY, retired=("dall-e-3", "dall-e-2"), delay=0.0, weight=0, port=0, rolls=False):
        self.key, self.retired, self.delay, self.weight, self.rolls = key, set(retired), delay, weight, rolls
        self.journal = Journal(journal)
        self.faults = deque()
        self.files = {}
        self.connections = 0
        self.downloads = []
        self.closing = threading.Event()
        self._http = _Server(("127.0.0.1", port), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def port(self):
        return self._http.server_address[1]

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def requests(self):
        return list(self.journal.seen)

    @property
    def accepted(self):
        return [seen for seen in self.journal.seen if seen.accepted]

    def fail_next(self, *faults):
        """The next requests fail in these ways, one each."""
        unknown = [fault for fault in faults if fault not in FAULTS]
        assert not unknown, unknown
        self.faults.extend(faults)

    def close(self):
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@contextlib.contextmanager
def serve_openai(**options):
    server = OpenAIServer(**options)
    try:
        yield server
    finally:
        server.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 256

    def finish_request(self, request, client_address):
        self.owner.connections += 1
        fault = self.owner.faults[0] if self.owner.faults else ""
        if fault not in {"drop-before", "drop-during"}:
            super().finish_request(request, client_address)
            return
        self.owner.faults.popleft()
        # Closing with bytes unread resets the connection: nothing of this request was taken. "drop-before" waits until all of it has
        # left the client, "drop-during" does not: a body larger than the buffers of both sides is then cut in the middle.
        if fault == "drop-before":
            _await_whole(request)
        else:
            request.recv(1)
        request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.close()

    def handle_error(self, request, client_address):
        """A client that went away is no news here; anything else is a fault of this server."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """The journal is the log."""

    @property
    def owner(self):
        return self.server.owner

    def do_GET(self):
        self.owner.downloads.append((self.path, dict(self.headers)))
        name = self.path.rpartition("/")[2].partition("?")[0]
        data, fault = self.owner.files.get(name, (b"", "url-404"))
        plans = {"url-403": 403, "url-404": 404, "url-410": 410, "url-500": 500}
        moves = {"url-private": "http://169.254.169.254/latest/meta-data/", "url-loopback": "http://127.0.0.1:1/", "url-loop": self.path}
        if fault == "url-flaky":
            self.owner.files[name] = (data, "url")
            self._send(503, b"later", "text/plain")
        elif fault in plans:
            self._send(plans[fault], b"no", "text/plain")
        elif fault in moves:
            self._send(302, b"", "text/plain", {"location": moves[fault]})
        else:
            self._send(200, data, "image/png", cut=len(data) // 2 if fault == "url-truncated" else None)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        fields, files = _fields(self.headers.get("content-type", ""), body)
        queued = self.owner.faults.popleft() if self.owner.faults else ""
        marked = MARK.search(str(fields.get("prompt", "")))
        fault = queued or (marked[1] if marked and marked[1] in FAULTS else "")
        refusal = REFUSALS.get(fault) or self._judge(fields, files)
        headers = {name.lower(): value for name, value in self.headers.items()}
        accepted = refusal is None
        self.owner.journal.note(Seen(path=self.path, accepted=accepted, fault=fault, fields=fields, files=files, headers=headers))
        if refusal is not None:
            status, answer, extra = refusal
            extra = {name: formatdate(time.time() + 60, usegmt=True) if value == "DATE" else value for name, value in extra.items()}
            text = json.dumps(answer).replace("KEY", headers.get("authorization", "").removeprefix("Bearer "))
            self._send(status, text.encode(), "application/json", extra)
            return
        self._answer(fault, fields, files)

    def _judge(self, fields, files):  # noqa: PLR0911 - a list of rules, one return each
        """What the real server refuses, or None."""
        model, n = str(fields.get("model", "")), fields.get("n", 1)
        unknown = [name for name in ("response_format", "style") if name in fields]
        if self.headers.get("authorization") != f"Bearer {self.owner.key}":
            return REFUSALS["401"]
        if self.path not in {"/v1/images/generations", "/v1/images/edits"}:
            return 404, error(f"Invalid URL (POST {self.path})"), {}
        if model in self.owner.retired:
            return 404, error(f"The model '{model}' does not exist or you do not have access to it.", code="model_not_found"), {}
        if not fields.get("prompt"):
            return 400, error("Missing required parameter: 'prompt'.", code="missing_required_parameter", param="prompt"), {}
        if model.startswith("gpt-image") and unknown:
            return 400, error(f"Unknown parameter: '{unknown[0]}'.", code="unknown_parameter", param=unknown[0]), {}
        if model == "dall-e-3" and int(n) != 1:
            return 400, error("You must provide n=1 for this model.", param="n"), {}
        if self.path.endswith("edits") and not files.get("image"):
            return 400, error("Missing required parameter: 'image'.", code="missing_required_parameter", param="image"), {}
        return None

    def _answer(self, fault, fields, files):
        if fault == "hang":
            self.owner.closing.wait(60)
        if fault in {"hang", "drop-after"}:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if fault == "slow":
            self.owner.closing.wait(1.0)
        self.owner.closing.wait(self.owner.delay)
        if fault in SPOILED:
            status, kind, data = SPOILED[fault]
            self._send(status, data, kind)
            return
        data = json.dumps(self._pictures(fault, fields, files)).encode()
        self._send(
            200,
            data,
            "application/json",
            {"x-request-id": f"req_{len(self.owner.requests)}"},
            cut=len(data) // 2 if fault == "truncated" else None,
        )

    def _pictures(self, fault, fields, files):
        asked = re.fullmatch(r"(\d+)x(\d+)", str(fields.get("size", "")))
        width, height = (int(asked[1]), int(asked[2])) if asked else (1024, 1024)
        form, quality = fields.get("output_format", "png"), fields.get("quality", "auto")
        alpha = fields.get("background") == "transparent"
        if fault == "wrong-size":
            width, height = width // 2, height // 2
        text = json.dumps([fields.get("prompt"), sorted((name, len(parts)) for name, parts in files.items())])
        text += str(len(self.owner.requests)) if self.owner.rolls else ""
        count = int(fields.get("n", 1))
        made = [
            draw(f"{text}{number}", width, height, form=form, alpha=alpha, blank=fault == "blank", weight=self.owner.weight)
            for number in range(count)
        ]
        if fault == "text":
            made = [b"Sorry, I cannot draw that."] * count
        data = [self._entry(fault, fields, picture) for picture in made]
        if fault == "one-broken":
            data[0] = {"b64_json": "not*base64"}
        words = len(str(fields.get("prompt", "")).split())
        images = sum(len(parts) for name, parts in files.items() if name.startswith("image")) * 300
        spent = {"low": 272, "medium": 1056}.get(str(quality), 4160) * count
        return {
            "created": 1_795_000_000,
            "background": "transparent" if alpha else "opaque",
            "output_format": form,
            "quality": "high" if quality == "auto" else quality,
            "size": f"{width}x{height}",
            "data": data,
            "usage": {
                "input_tokens": words + images,
                "input_tokens_details": {"text_tokens": words, "image_tokens": images},
                "output_tokens": spent,
                "output_tokens_details": {"text_tokens": 0, "image_tokens": spent},
                "total_tokens": words + images + spent,
            },
        }

    def _entry(self, fault, fields, picture):
        entry = {}
        if fault == "rewritten":
            entry["revised_prompt"] = " ".join(str(fields["prompt"]).split()[:-1])
        if fault == "url-data":
            return {**entry, "url": "data:image/png;base64," + base64.b64encode(picture).decode()}
        if fault in URLS or fields.get("response_format") == "url":
            name = f"{len(self.owner.files)}.png"
            self.owner.files[name] = (picture, fault or "url")
            return {**entry, "url": f"http://127.0.0.1:{self.owner.port}/files/{name}?sig=SIGNED%2Bsecret%3D"}
        return {**entry, "b64_json": base64.b64encode(picture).decode()}

    def _send(self, status, data, kind, headers=None, cut=None):
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[:cut])
        self.close_connection = self.close_connection or cut is not None


def _await_whole(connection):
    """Wait until a small request lies whole in the buffer, without taking it."""
    while True:
        head, end, body = connection.recv(60_000, socket.MSG_PEEK).partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if end and len(body) >= int(length[1] if length else 0):
            return
        time.sleep(0.001)


def _fields(kind, body):
    """The fields and files of a body: JSON, or multipart with repeated names as lists."""
    if not kind.startswith("multipart/"):
        try:
            return json.loads(body), {}
        except ValueError:
            return {}, {}
    boundary = b"--" + kind.partition("boundary=")[2].strip('"').encode()
    fields, files = {}, {}
    for part in (b"\r\n" + body).split(b"\r\n" + boundary)[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        words = dict(re.findall(r'(\w+)="([^"]*)"', head.decode()))
        if "filename" in words:
            form = re.search(r"content-type: *(\S+)", head.decode(), re.IGNORECASE)
            found = {"name": words["filename"], "type": form[1] if form else "", "data": data}
            files.setdefault(words["name"].removesuffix("[]"), []).append(found)
        else:
            fields[words["name"]] = data.decode()
    return fields, files
