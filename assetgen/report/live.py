"""A running build on a terminal: a bar, the assets at work, what is spent so far. Loaded only where there is a terminal."""

from collections.abc import Callable
from decimal import Decimal
from typing import TextIO

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from assetgen.events import Done, Event, Failed, Planned, Progressed, Skipped, Started
from assetgen.report import fancy, words
from assetgen.report.progress import lines
from assetgen.report.text import cleaned, safe

_DOING = {"generate": "generating", "restore": "restoring", "finish": "finishing"}


class Live:
    """The display appears with the first work, and leaves only the lines of what came to rest."""

    def __init__(self, file: TextIO, *, colour: bool, redact: Callable[[str], str]) -> None:
        self._console = fancy.console(file, colour=colour)
        self._colour = colour
        self._redact = redact
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[more]}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._whole: TaskID | None = None
        self._running: dict[str, TaskID] = {}
        self._todo = 0
        self._ended = 0
        self._spent = Decimal(0)

    def tell(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Planned():
                self._todo = event.todo
            case Started():
                self._start(event)
            case Progressed():
                self._advance(event)
            case Done() | Failed() | Skipped():
                self._end(event)
        for line in lines(event):
            self._console.print(fancy.text(cleaned(line, self._redact), colour=self._colour), soft_wrap=True)
        self._whole_again()

    def close(self) -> None:
        """Take the display away."""
        self._progress.stop()

    def _start(self, event: Started) -> None:
        if self._whole is None:
            self._whole = self._progress.add_task("build", total=max(self._todo, 1), more="")
            self._progress.start()
        self._stop(event.asset)
        name = safe(self._redact(event.asset))
        self._running[event.asset] = self._progress.add_task(f"{_DOING.get(event.action, event.action)} {name}", total=None, more="")

    def _advance(self, event: Progressed) -> None:
        task = self._running.get(event.asset)
        if task is not None:
            total, done = (None, 0.0) if event.fraction is None else (1.0, event.fraction)
            self._progress.update(task, total=total, completed=done, more=safe(self._redact(event.text)))

    def _end(self, event: Done | Failed | Skipped) -> None:
        self._stop(event.asset)
        self._ended += 1
        if isinstance(event, Done):
            self._spent += event.cost or 0

    def _stop(self, asset: str) -> None:
        task = self._running.pop(asset, None)
        if task is not None:
            self._progress.remove_task(task)

    def _whole_again(self) -> None:
        if self._whole is not None:
            spent = f", {words.money(self._spent)} spent" if self._spent else ""
            more = f"{self._ended} of {self._todo}{spent}"
            self._progress.update(self._whole, total=max(self._todo, 1), completed=self._ended, more=more)
