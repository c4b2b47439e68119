"""What every provider's server on loopback shares: its thread, its journal, connections that drop, result files whose URLs break."""

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

from tests.servers.journal import Journal, Seen

# Ways in which a result file, or the URL that leads to it, is of no use. A stale URL has expired until the job is read again.
STALE = {"stale-403": 403, "stale-404": 404, "stale-410": 410}
DEAD = {"url-403": 403, "url-404": 404, "url-410": 410, "url-500": 500}
MOVED = {"url-private": "http://169.254.169.254/latest/meta-data/", "url-loopback": "http://127.0.0.1:1/"}
AWAY = {"url-elsewhere": "https://files.example.net/0.png?sig=SIGNED", "url-inside": "https://10.0.0.1/0.png?sig=SIGNED"}
SPOILT = ("cut-picture", "page-picture")
URLS = (*STALE, *DEAD, *MOVED, *AWAY, *SPOILT, "url-loop", "url-flaky", "url-once", "url-truncated", "url-data")
PAGE = b"<!doctype html><title>Welcome</title>"


class Loopback:
    """`requests` is everything the server read that could be paid for, `accepted` what it let in, `paid` what it charges for.

    Faults come one by one from the queue that `fail_next` fills; `known` are their names, and `unbilled` those that it does not charge.
    """

    known = ()
    unbilled = ()

    def __init__(self, handler, *, journal=None, delay=0.0, weight=0, port=0):
        self.delay, self.weight = delay, weight
        self.journal = Journal(journal)
        self.faults = deque()
        self.after = None
        self.jobs, self.files = {}, {}
        self.connections = 0
        self.downloads = []
        self.closing = threading.Event()
        self._http = _Server(("127.0.0.1", port), handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def port(self):
        return self._http.server_address[1]

    @property
    def root(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self):
        return list(self.journal.seen)

    @property
    def accepted(self):
        return [seen for seen in self.journal.seen if seen.accepted]

    @property
    def paid(self):
        return [seen for seen in self.accepted if seen.fault not in self.unbilled]

    def spares(self, connection):
        """Whether a connection is not dropped although the next one is to be: it asks for nothing that could be paid for."""
        return False

    def next_fault(self):
        """The fault that waits, taken from the queue; "" where there is none. What stands behind its @ is the wait that it asks for."""
        name, at, after = (self.faults.popleft() if self.faults else "").partition("@")
        self.after = after if at else None
        return name

    def fail_next(self, *faults):
        """The next requests fail in these ways, one each; "" is none. "429@2" asks for a wait of two seconds, "429@" for no wait."""
        unknown = [fault for fault in faults if fault and fault.partition("@")[0] not in self.known]
        assert not unknown, unknown
        self.faults.extend(faults)

    def mend(self):
        """From now on nothing fails, nor does what was accepted before: a job is read as if its fault had never been."""
        self.faults.clear()
        for job in self.jobs.values():
            job["fault"] = ""
            job.pop("made", None)

    def keep(self, data, fault, form="png"):
        """Lay a result file down; its URL is signed, so that tests can search for the signature."""
        if fault in AWAY:
            return AWAY[fault]
        if fault == "url-data":
            return "data:image/png;base64," + base64.b64encode(data).decode()
        name = f"{len(self.files)}.{form}"
        self.files[name] = (spoilt(data, fault), fault)
        return f"{self.root}/files/{name}?sig=SIGNED%2Bsecret%3D"

    def close(self):
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@contextlib.contextmanager
def serving(server):
    """The server, closed at the end."""
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
        if fault not in {"drop-before", "drop-during"} or self.owner.spares(request):
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


class Handler(BaseHTTPRequestHandler):
    """One request. The owner is the server's `Loopback`."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """The journal is the log."""

    @property
    def owner(self):
        return self.server.owner

    def do_GET(self):
        self.get()

    def do_POST(self):
        self.post()

    def do_PUT(self):
        self.put()

    def get(self):
        self.send_file()

    def headers_read(self):
        return {name.lower(): value for name, value in self.headers.items()}

    def body_read(self):
        """The fields and files of the body."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        return fields_of(self.headers.get("content-type", ""), body)

    def note(self, *, accepted, fault, fields, files=None):
        headers = self.headers_read()
        self.owner.journal.note(Seen(path=self.path, accepted=accepted, fault=fault, fields=fields, files=files or {}, headers=headers))

    def send_file(self):
        """A result file, or one of the ways in which its URL breaks."""
        self.owner.downloads.append((self.path, dict(self.headers)))
        name = self.path.rpartition("/")[2].partition("?")[0]
        data, fault = self.owner.files.get(name, (b"", "url-404"))
        statuses, moves = DEAD | STALE, MOVED | {"url-loop": self.path}
        if fault in {"url-flaky", "url-once"}:
            self.owner.files[name] = (data, "url")
        if fault == "url-flaky":
            self.send(503, b"later", "text/plain")
        elif fault in statuses:
            self.send(statuses[fault], b"no", "text/plain")
        elif fault in moves:
            self.send(302, b"", "text/plain", {"location": moves[fault]})
        else:
            kind = "text/html" if fault == "page-picture" else "image/png"
            self.send(200, data, kind, cut=len(data) // 2 if fault in {"url-truncated", "url-once"} else None)

    def send_json(self, status, value, headers=None, cut=None):
        data = json.dumps(value).encode()
        self.send(status, data, "application/json", headers, cut=len(data) // 2 if cut else None)

    def send_refusal(self, refusal):
        """A (status, JSON, headers), with the words DATE and KEY filled in."""
        status, answer, extra = refusal
        if self.owner.after is not None:
            extra = {name: value for name, value in extra.items() if not name.startswith("retry-after")}
            extra |= {"retry-after": self.owner.after} if self.owner.after else {}
        extra = {name: formatdate(time.time() + 60, usegmt=True) if value == "DATE" else value for name, value in extra.items()}
        text = json.dumps(answer).replace("KEY", self.headers.get("authorization", "").rpartition(" ")[2])
        self.send(status, text.encode(), "application/json", extra)

    def hang_up(self):
        """Close the connection without an answer."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def send(self, status, data, kind, headers=None, cut=None):
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[:cut])
        self.close_connection = self.close_connection or cut is not None


def spoilt(data, fault):
    """The bytes of a picture, or what came in their place."""
    return {"cut-picture": data[: len(data) // 2], "page-picture": PAGE}.get(fault, data)


def urls_fault(job):
    """The fault of a job's result URLs at this reading: a stale one is over once the job is read again."""
    fault = job["fault"]
    read_before, job["given"] = job.get("given", False), True
    return fault if fault in URLS and not (fault in STALE and read_before) else "url"


def _await_whole(connection):
    """Wait until a small request lies whole in the buffer, without taking it."""
    while True:
        head, end, body = connection.recv(60_000, socket.MSG_PEEK).partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if end and len(body) >= int(length[1] if length else 0):
            return
        time.sleep(0.001)


def fields_of(kind, body):
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
