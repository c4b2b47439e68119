"""Starts a provider by hand. It prints its base URL, what a client has to know as lines of a `.env` file, and "ready"; Ctrl-C ends it."""

import argparse
import contextlib
import signal
import textwrap
import threading

from tests.servers import SERVERS, module, serve


def described():
    """The faults of every server, as far as what each needs is installed."""
    for name in SERVERS:
        try:
            faults = " ".join(module(name).FAULTS)
        except ImportError as missing:
            faults = f"{missing.name} is not installed"
        yield textwrap.fill(faults, width=118, initial_indent=f"  {name}: ", subsequent_indent="    ", break_on_hyphens=False)


def arguments():
    note = "Faults of each server (429@2 asks for a wait of two seconds, 429@ for none, and fine is a request that does not fail):\n"
    parser = argparse.ArgumentParser(
        prog="python -m tests.servers",
        description=__doc__,
        epilog=note + "\n".join(described()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("provider", choices=SERVERS)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="the next request fails so; may be given again")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="the faults are met so often, one after the other")
    parser.add_argument("--seconds", type=float, help="it ends by itself after so long")
    parser.add_argument("--journal", help="a file that gets one line for each accepted request")
    parser.add_argument("--key", help="the key it lets in; it has one of its own")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--weight", type=int, default=0, help="bytes to pad each picture with")
    given = parser.parse_args()
    unknown = [fault for fault in given.fault if fault.partition("@")[0] not in {*module(given.provider).FAULTS, "fine"}]
    if unknown:
        parser.error(f"{given.provider} has no fault {unknown[0]!r}")
    if given.provider == "comfyui" and given.key is not None:
        parser.error("comfyui has no keys")
    return given


def main():
    given = arguments()
    options = {name: getattr(given, name) for name in ("port", "journal", "key", "delay", "weight")}
    # A shell that starts this in the background has the interrupt ignored, and Python would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    kept = {name: value for name, value in options.items() if value is not None}
    with serve(given.provider, **kept) as server, contextlib.suppress(KeyboardInterrupt):
        server.fail_next(*("" if fault == "fine" else fault for fault in given.fault * given.times))
        print(server.base_url, *(f"{name}={value}" for name, value in server.environ.items()), "ready", sep="\n", flush=True)
        threading.Event().wait(given.seconds)


if __name__ == "__main__":
    main()
