"""Providers on loopback that behave as the real ones do, with their own journals. `python -m tests.servers openai` starts one by hand.

`SERVERS` says by name how to start each of them; the module of one is imported when it is asked for, since one of them needs an SDK.
"""

import importlib
import warnings

from tests.servers.comfyui import ComfyServer, serve_comfyui
from tests.servers.fal import FalServer, serve_fal
from tests.servers.firefly import FireflyServer, serve_firefly
from tests.servers.ideogram import IdeogramServer, serve_ideogram
from tests.servers.openai import KEY, OpenAIServer, serve_openai
from tests.servers.replicate import ReplicateServer, serve_replicate
from tests.servers.stability import StabilityServer, serve_stability


def module(name):
    """The module of a server, by the server's name."""
    with warnings.catch_warnings():
        # stability-sdk and its generated stubs are of 2024 and warn of what has changed since.
        warnings.simplefilter("ignore")
        return importlib.import_module(f"tests.servers.{name.replace('-', '_')}")


def serve(name, **options):
    """A context manager: the server of this name, running."""
    return getattr(module(name), f"serve_{name.replace('-', '_')}")(**options)


SERVERS = ("comfyui", "fal", "firefly", "ideogram", "openai", "replicate", "stability", "stability-grpc")

__all__ = [
    "KEY",
    "SERVERS",
    "ComfyServer",
    "FalServer",
    "FireflyServer",
    "IdeogramServer",
    "OpenAIServer",
    "ReplicateServer",
    "StabilityServer",
    "module",
    "serve",
    "serve_comfyui",
    "serve_fal",
    "serve_firefly",
    "serve_ideogram",
    "serve_openai",
    "serve_replicate",
    "serve_stability",
]
