"""Reads what a person types: single keys on a terminal, lines on a pipe. The terminal is given back as it was, whatever happens."""

import codecs
import contextlib
import os
import re
import select
import termios
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

# An arrow, or another key that is told as a sequence (ECMA-48): its letters are no keys.
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)")
_CHUNK = 1024
_BACKGROUND = 0.5


class Keys:
    """While open, `say` hears each key of a terminal, or each line of a pipe, in a thread of its own. The end of a pipe is no key."""

    def __init__(self, descriptor: int, say: Callable[[str], None]) -> None:
        self.single = os.isatty(descriptor)
        self._from = descriptor
        self._say = say
        self._before: list[Any] | None = None
        self._wake, self._waker = os.pipe()
        self._reader = threading.Thread(target=self._read, name="assetgen-keys", daemon=True)

    def __enter__(self) -> Self:
        self.take()
        self._reader.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.write(self._waker, b"!")
        self._reader.join()
        self.give_back()
        os.close(self._wake)
        os.close(self._waker)

    def take(self) -> None:
        """Have the terminal hand out each key at once, and not show it. Nothing in the background, where this would stop the process."""
        if not self.single or not self._foreground() or self._before is not None:
            return
        before = termios.tcgetattr(self._from)
        after = termios.tcgetattr(self._from)
        after[3] &= ~(termios.ICANON | termios.ECHO)
        after[6][termios.VMIN], after[6][termios.VTIME] = 1, 0
        # Known before it is changed: a signal may come in between.
        self._before = before
        termios.tcsetattr(self._from, termios.TCSADRAIN, after)

    def give_back(self) -> None:
        """Leave the terminal as it was found."""
        before, self._before = self._before, None
        if before is not None:
            # A terminal that was closed meanwhile needs nothing.
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._from, termios.TCSADRAIN, before)

    def _foreground(self) -> bool:
        """Whether what is typed is for us."""
        try:
            return os.tcgetpgrp(self._from) == os.getpgrp()
        except OSError:
            return False

    def _read(self) -> None:
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        rest = ""
        while True:
            behind = self.single and not self._foreground()
            ready, _, _ = select.select([self._wake] if behind else [self._wake, self._from], [], [], _BACKGROUND if behind else None)
            if self._wake in ready:
                return
            if self._from not in ready:
                continue
            data = self._next()
            if not data:
                # The last line need not have an end.
                if rest:
                    self._say(rest)
                return
            if self.single:
                self._keys(decode(data))
                continue
            *lines, rest = (rest + decode(data)).split("\n")
            for line in lines:
                self._say(line)

    def _next(self) -> bytes:
        try:
            return os.read(self._from, _CHUNK)
        except OSError:
            # The other side of a terminal was closed.
            return b""

    def _keys(self, text: str) -> None:
        for key in _SEQUENCE.sub("", text):
            self._say(key)
