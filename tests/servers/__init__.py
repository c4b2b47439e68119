"""Providers on loopback that behave as the real ones do, with their own journals. `python -m tests.servers openai` starts one by hand."""

from tests.servers.comfyui import ComfyServer, serve_comfyui
from tests.servers.fal import FalServer, serve_fal
from tests.servers.firefly import FireflyServer, serve_firefly
from tests.servers.ideogram import IdeogramServer, serve_ideogram
from tests.servers.openai import KEY, OpenAIServer, serve_openai
from tests.servers.replicate import ReplicateServer, serve_replicate
from tests.servers.stability import StabilityServer, serve_stability

SERVERS = {
    "comfyui": serve_comfyui,
    "fal": serve_fal,
    "firefly": serve_firefly,
    "ideogram": serve_ideogram,
    "openai": serve_openai,
    "replicate": serve_replicate,
    "stability": serve_stability,
}

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
    "serve_comfyui",
    "serve_fal",
    "serve_firefly",
    "serve_ideogram",
    "serve_openai",
    "serve_replicate",
    "serve_stability",
]
