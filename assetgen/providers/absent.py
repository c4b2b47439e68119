"""Stands in for a provider that cannot be had, so that one broken plug-in blocks the assets that need it, and nothing else."""

from typing import NoReturn

from assetgen.errors import AssetgenError, Impossible, Unauthorized
from assetgen.providers import Job, Request, Traits


class Absent:
    """See `assetgen.providers.Provider`. It refuses everything with what was said when the real one was asked for."""

    # Its open jobs are kept for the day on which it works again.
    traits = Traits(resumable=True)

    def __init__(self, name: str, why: AssetgenError) -> None:
        self.name = name
        self._why = why

    def check(self, request: Request) -> NoReturn:
        """Raise Impossible, whatever the request."""
        del request
        raise Impossible(self._why.message, hint=self._why.hint)

    def generate(self, request: Request, job: Job) -> NoReturn:
        """Raise Unauthorized: nothing was sent, and another provider may be asked."""
        del request, job
        raise Unauthorized(self._why.message, hint=self._why.hint)
