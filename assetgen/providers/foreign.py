"""A provider of another package, kept from breaking plans: what its `check` gets wrong blocks the asset that asked, and nothing else."""

from assetgen.errors import AssetgenError, Impossible
from assetgen.providers import Job, Picture, Provider, Request


class Foreign:
    """See `assetgen.providers.Provider`. `owner` is the package of `inner`, named where it has a bug."""

    def __init__(self, inner: Provider, owner: str) -> None:
        self.name = inner.name
        self.traits = inner.traits
        self._inner = inner
        self._owner = owner
        # What a provider may offer beside the contract (`max_count`, `remarks`, `cancel` …) is looked for on the object itself.
        for ability in dir(inner):
            if not ability.startswith("_") and not hasattr(self, ability):
                setattr(self, ability, getattr(inner, ability))

    def check(self, request: Request) -> None:
        """See the contract. Anything but a refusal is told as one, with what was raised."""
        try:
            self._inner.check(request)
        except AssetgenError:
            raise
        except Exception as bug:  # foreign code, which may fail in any way
            raise Impossible(f'the provider "{self.name}" of "{self._owner}" has a bug: {said(bug)}') from bug

    def generate(self, request: Request, job: Job) -> list[Picture]:
        """See the contract. A bug is for the engine, which tells it with its traceback."""
        return self._inner.generate(request, job)


def said(error: Exception) -> str:
    """What went wrong in foreign code, in one line; a bare KeyError would say no more than a word."""
    text = " ".join(str(error).split())
    return text if isinstance(error, ImportError) and text else f"{type(error).__name__}: {text}".rstrip(": ")
