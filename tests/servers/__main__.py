"""Starts a provider by hand and prints its base URL; ends with Ctrl-C."""

import argparse
import contextlib
import signal
import threading

from tests.servers import SERVERS

parser = argparse.ArgumentParser(prog="python -m tests.servers")
parser.add_argument("provider", choices=sorted(SERVERS))
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--journal", help="a file that gets one line for each accepted request")
parser.add_argument("--key", help="the key it lets in; it has one of its own")
parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
parser.add_argument("--weight", type=int, default=0, help="bytes to pad each picture with")
given = parser.parse_args()
options = {name: value for name, value in vars(given).items() if name != "provider" and value is not None}
# A shell that starts this in the background has the interrupt ignored, and Python would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
with SERVERS[given.provider](**options) as server, contextlib.suppress(KeyboardInterrupt):
    print(server.base_url, flush=True)
    threading.Event().wait()
