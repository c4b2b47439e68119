"""Plan files: what the options of `plan` order, and the files, which are written only where nothing else lies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assetgen.cli import options
from assetgen.cli.session import Session
from assetgen.engine.order import order as ordered
from assetgen.engine.order import policy
from assetgen.engine.select import renewed
from assetgen.engine.spend import dollars
from assetgen.engine.survey import Survey, survey_workspace
from assetgen.engine.workspace import opened
from assetgen.errors import AssetgenError, FaultyFile, UsageError
from assetgen.plan import order
from assetgen.plan.facts import Choices
from assetgen.plan.graph import closure
from assetgen.plan.states import State
from assetgen.plan.strictjson import LARGEST
from assetgen.report import words
from assetgen.store import atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked of `plan`: the assets, those to buy anew, the maximum as it was given, and the file for the order."""

    names: tuple[str, ...] = ()
    regenerate: tuple[str, ...] = ()
    max_cost: str | None = None
    out: str | None = None

    @contextmanager
    def surveyed(self, path: Path) -> Iterator[Survey]:
        """The project as a build with these options would see it. Raises FaultyFile and UsageError; changes nothing."""
        given = None if self.max_cost is None else dollars(self.max_cost)
        with opened(path) as workspace:
            again = renewed(self.regenerate, workspace.manifest.assets)
            ceiling = policy(workspace) if given is None else given
            yield survey_workspace(workspace, Choices(regenerate=again, max_cost=ceiling))

    def chosen(self, seen: Survey) -> list[str]:
        """The assets that are meant. An order is for those that they are made from as well, as a build is."""
        assets = seen.workspace.manifest.assets
        found = frozenset(options.chosen(self.names or self.regenerate, assets)) | frozenset(self.regenerate)
        wide = closure(found, assets) if self.out or self.regenerate else found
        return [name for name in assets if name in wide]

    def write(self, session: Session, seen: Survey, chosen: list[str]) -> None:
        """Write or print the order for these assets. Raises AssetgenError for an unknown price, and for a sum over the maximum."""
        assert self.out is not None
        if self.out == "-" and session.output != "text":
            raise UsageError(f"--out - and the output format {session.output} both want stdout", hint="--out plan.json")
        made = ordered(seen, chosen, regenerate=self.regenerate, ceiling=seen.planner.choices.max_cost)
        if self.out == "-":
            session.terminal.product(order.dump(made))
            return
        _write(made, self.out)
        bought = words.count(len(made.assets), "asset")
        ends = f"{bought} for at most {words.money(made.maximum)}" if made.assets else "nothing is bought"
        covered = {line.name for line in made.assets} | {line.name for line in made.free}
        others = [name for name in chosen if name not in covered and seen.plan.assets[name].state is not State.FRESH]
        if others:
            session.terminal.note(f"not in the plan file, since it waits or is blocked: {words.quoted(others)}")
        if session.speaks:
            session.terminal.say(f'wrote "{self.out}": {ends}')

    @property
    def run(self) -> tuple[str, ...]:
        """The words of the command that carries the plan out."""
        if self.out:
            return ("apply", self.out)
        again = (word for name in self.regenerate for word in ("--regenerate", name))
        return ("build", *self.names, *again, *(() if self.max_cost is None else ("--max-cost", self.max_cost)))


def read(file: str) -> order.Order:
    """The order in a file. Raises UsageError where there is none, FaultyFile where it cannot be believed."""
    path = Path(file)
    if not path.exists():
        raise UsageError(f'"{file}" does not exist', hint=f"assetgen plan --out {file}")
    if not path.is_file():
        raise UsageError(f'"{file}" is not a file', hint="name a file that `assetgen plan --out` wrote")
    with path.open("rb") as stream:
        return order.parse(stream.read(LARGEST + 1), file)


def _write(made: order.Order, file: str) -> None:
    """Write an order, over an older one only. Raises UsageError where something else has that name."""
    path, text = Path(file), order.dump(made).encode()
    if path.exists() and not _replaceable(path):
        raise UsageError(f'"{file}" exists, and is no plan that could be replaced', hint="--out plan.json, or another name")
    if len(text) > LARGEST:
        raise AssetgenError(f"the plan is larger than {LARGEST >> 20} MiB", hint="order NAMES of fewer assets")
    atomic.write(path, text)


def _replaceable(path: Path) -> bool:
    """Whether a file is a plan: also one of another version, or one that was changed by hand."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        data = stream.read(LARGEST + 1)
    try:
        return order.is_order(data)
    except FaultyFile:
        return False
