"""A server that answers each connection with the next of some raw byte strings, then closes. It keeps the head of every request."""

import contextlib
import socket
import threading


class RawServer:
    """`answers` are bytes, or iterables of bytes for long ones; the last one is given again. `names` are the TLS server names asked for."""

    def __init__(self, answers, tls=None):
        self.heads, self.names = [], []
        self._answers, self._tls = list(answers), tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            # A client may refuse our certificate, or stop reading a picture that is too large.
            with contextlib.suppress(OSError), connection:
                self._answer(connection)

    def _answer(self, connection):
        if self._tls is not None:
            with self._tls.wrap_socket(connection, server_side=True) as secure:
                self._exchange(secure)
        else:
            self._exchange(connection)

    def _exchange(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            got = connection.recv(4096)
            if not got:
                return
            head += got
        self.heads.append(head.decode())
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        for part in [answer] if isinstance(answer, bytes) else answer:
            connection.sendall(part)

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@contextlib.contextmanager
def serve_raw(*answers, tls=None):
    server = RawServer(answers, tls)
    try:
        yield server
    finally:
        server.close()


def ok(body, *headers, length=None):
    """A 200 with these header lines."""
    lines = ["HTTP/1.1 200 OK", f"content-length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def status(code, *headers):
    """An empty answer with a status and header lines."""
    return "\r\n".join([f"HTTP/1.1 {code} X", "content-length: 0", *headers, "", ""]).encode()
