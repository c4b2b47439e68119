"""Starts a provider by hand and prints its base URL; ends with Ctrl-C."""

import argparse
import contextlib
import threading

from tests.servers import KEY, serve_openai

parser = argparse.ArgumentParser(prog="python -m tests.servers")
parser.add_argument("provider", choices=["openai"])
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--journal", help="a file that gets one line for each accepted request")
parser.add_argument("--key", default=KEY)
parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
parser.add_argument("--weight", type=int, default=0, help="bytes to pad each picture with")
given = parser.parse_args()
options = {name: value for name, value in vars(given).items() if name != "provider"}
with serve_openai(**options) as server, contextlib.suppress(KeyboardInterrupt):
    print(server.base_url, flush=True)
    threading.Event().wait()
