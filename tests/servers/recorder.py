"""A server that takes down what providers send, byte for byte, and refuses every request that could cost money.

Tokens and uploads it grants, as far as they come before the request that matters.
"""

import contextlib
import email
import email.policy
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UPLOAD = "00000000-0000-4000-8000-000000000001"
GRANTED = {
    "/ims/token/v3": {"access_token": "token-0123456789", "expires_in": 3600},
    "/v2/storage/image": {"images": [{"id": UPLOAD}]},
    "/upload/image": {"name": "uploaded.png", "subfolder": "", "type": "input"},
}


@dataclass(frozen=True)
class Sent:
    """One request as it came over the wire. `files` are the names of the parts that are files, each as often as it was there."""

    path: str
    headers: dict
    body: bytes
    fields: dict = field(default_factory=dict)
    files: tuple = ()

    @property
    def form(self):
        return self.headers.get("content-type", "").startswith("multipart/")


class Recorder:
    """`sent` is everything that was not granted, in its order."""

    def __init__(self):
        self.sent = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self.root = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def take(self):
        """What came since the last time."""
        taken, self.sent = self.sent, []
        return taken

    def close(self):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@contextlib.contextmanager
def serve_recorder():
    server = Recorder()
    try:
        yield server
    finally:
        server.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Everything is kept in `sent`."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        granted = GRANTED.get(self.path)
        if granted is None:
            fields, files = parts(headers["content-type"], body)
            self.server.owner.sent.append(Sent(self.path, headers, body, fields, files))
        data = json.dumps(granted or {"error": "only taken down"}).encode()
        self.send_response(400 if granted is None else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def parts(kind, body):
    """The fields of a body and the names of its files. A field that is there more than once is a list of texts."""
    if not kind.startswith("multipart/"):
        return json.loads(body), ()
    message = email.message_from_bytes(b"content-type: " + kind.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP)
    fields, files = {}, []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename() is not None:
            files.append(name)
        else:
            fields.setdefault(name, []).append(part.get_payload(decode=True).decode())
    return {name: found[0] if len(found) == 1 else found for name, found in fields.items()}, tuple(files)
