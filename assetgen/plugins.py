"""Finds providers and ops by their entry points; the built-in ones come through the same door as anybody's.

This is the one place that imports a plug-in's module, and it does so only when its name is asked for.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from assetgen.errors import AssetgenError, Impossible, UsageError
from assetgen.post import Op
from assetgen.providers import SERVER, Factory, Http, Provider, Settings, Traits, kind_of, owner_of
from assetgen.providers.absent import Absent
from assetgen.providers.aliases import Alias, Renamed
from assetgen.providers.foreign import Foreign, said

PROVIDERS = "assetgen.providers"
OPS = "assetgen.ops"
PACKAGE = "assetgen-build"


@cache
def found(group: str) -> Mapping[str, EntryPoint]:
    """The plug-ins of a group by name. Raises UsageError where two packages own one name."""
    points: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        other = points.get(point.name)
        if other is not None and (other.value, _owner(other)) != (point.value, _owner(point)):
            owners = " and ".join(sorted(f'"{_owner(one)}"' for one in (point, other)))
            raise UsageError(f'{owners} both bring "{point.name}" for {group}', hint="uninstall one of them")
        points[point.name] = point
    return points


def load(group: str, name: str) -> object:
    """Import a plug-in. Raises UsageError with the package's name where its module cannot be imported."""
    point = found(group)[name]
    try:
        return point.load()
    except Exception as error:  # foreign code, which may fail in any way
        raise UsageError(f'the plug-in "{name}" of "{_owner(point)}" cannot be loaded: {said(error)}') from error


class Ops(Mapping[str, Op]):
    """The installed ops by name; each is imported when it is first asked for."""

    def __getitem__(self, name: str) -> Op:
        if name not in found(OPS):
            raise KeyError(name)
        loaded = load(OPS, name)
        if not isinstance(loaded, Op):
            raise UsageError(f'the plug-in "{name}" for {OPS} is not an op')
        return loaded

    def __iter__(self) -> Iterator[str]:
        return iter(found(OPS))

    def __len__(self) -> int:
        return len(found(OPS))


class Providers(Mapping[str, Provider]):
    """The installed providers by name, each built once with these settings when it is first asked for.

    `"openai:localai"` is another server of `openai`; see `assetgen.providers.aliases`. One that cannot be had refuses every request.
    """

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._built: dict[str, Provider] = {}

    def __getitem__(self, name: str) -> Provider:
        if name not in self._built:
            try:
                self.made(name)
            except AssetgenError as why:
                self._built[name] = Absent(name, why)
        return self._built[name]

    def made(self, name: str) -> Provider:
        """The provider itself. Raises KeyError for an unknown name, UsageError or Impossible where it cannot be had."""
        if isinstance(self._built.get(name), Absent | None):
            self._built[name] = self._alias(name) if SERVER.fullmatch(name) else self._own(name, self._settings)
        return self._built[name]

    def close(self) -> None:
        """Close the connections of providers that keep any."""
        for provider in self._built.values():
            close = getattr(provider, "close", None)
            if callable(close):
                close()

    def __iter__(self) -> Iterator[str]:
        return iter(found(PROVIDERS))

    def __len__(self) -> int:
        return len(found(PROVIDERS))

    def _alias(self, name: str) -> Provider:
        kind = kind_of(name)
        owner = owner_of(name.partition(":")[2], found(PROVIDERS))
        if owner is not None:
            raise Impossible(f'"{name}" would be sent the keys of the provider "{owner}"', hint=f'"{kind}:my-{owner}"')
        variable = self.made(kind).traits.url
        if variable is None:
            raise Impossible(f'the provider "{kind}" has no base URL, so that there is no other server of it', hint=f'provider = "{kind}"')
        settings = Renamed(self._settings, kind, name, variable)
        return Alias(self._own(kind, settings), settings)

    def _own(self, name: str, settings: Settings) -> Provider:
        if name not in found(PROVIDERS):
            raise KeyError(name)
        factory: Factory = load(PROVIDERS, name)  # type: ignore[assignment]  # the contract of the entry-point group
        owner = _owner(found(PROVIDERS)[name])
        told = f'the provider "{name}" of "{owner}" cannot be started'
        try:
            provider = factory(settings, self._http)
            called, traits = provider.name, provider.traits
        except AssetgenError:
            raise
        except Exception as error:  # foreign code, as above
            raise UsageError(f"{told}: {said(error)}") from error
        if called != name:
            raise UsageError(f'{told}: it calls itself "{called}"', hint=f'name = "{name}"')
        if not isinstance(traits, Traits):
            raise UsageError(f"{told}: its traits are no Traits", hint="traits = Traits()")
        return provider if owner == PACKAGE else Foreign(provider, owner)


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.module
