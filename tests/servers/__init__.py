"""Providers on loopback that behave as the real ones do, with their own journals. `python -m tests.servers openai` starts one by hand."""

from tests.servers.openai import KEY, OpenAIServer, serve_openai

__all__ = ["KEY", "OpenAIServer", "serve_openai"]
