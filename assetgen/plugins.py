"""Finds providers and ops by their entry points; the built-in ones come through the same door as anybody's.

This is the one place that imports a plug-in's module, and it does so only when its name is asked for.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from assetgen.errors import UsageError
from assetgen.post import Op
from assetgen.providers import Factory, Http, Provider, Settings

PROVIDERS = "assetgen.providers"
OPS = "assetgen.ops"


@cache
def found(group: str) -> Mapping[str, EntryPoint]:
    """The plug-ins of a group by name. Raises UsageError where two packages own one name."""
    points: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        other = points.get(point.name)
        if other is not None and other.value != point.value:
            owners = " and ".join(sorted(f'"{_owner(one)}"' for one in (point, other)))
            raise UsageError(f'{owners} both bring "{point.name}" for {group}', hint="uninstall one of them")
        points[point.name] = point
    return points


def load(group: str, name: str) -> object:
    """Import a plug-in. Raises UsageError with the package's name where its module fails to import."""
    point = found(group)[name]
    try:
        return point.load()
    except ImportError as error:
        raise UsageError(f'the plug-in "{name}" of "{_owner(point)}" cannot be loaded: {error}') from error


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
    """The installed providers by name, each built once with these settings when it is first asked for."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._built: dict[str, Provider] = {}

    def __getitem__(self, name: str) -> Provider:
        if name not in self._built:
            if name not in found(PROVIDERS):
                raise KeyError(name)
            factory: Factory = load(PROVIDERS, name)  # type: ignore[assignment]  # the contract of the entry-point group
            self._built[name] = factory(self._settings, self._http)
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


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.module
