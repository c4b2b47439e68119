"""Every failure the program knows by name. Raised anywhere, rendered in one place (`assetgen.report.faults`).

Messages say what is so: lower case, no full stop, values in double quotes, the words of the manifest. A hint is an exact command or value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point in a file of the user's. `line` and `column` count from 1; `text` is that line, `length` the width of the caret."""

    file: str
    line: int
    column: int
    length: int = 1
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a file: where, which key (`assets.hero.size`), what is so, and the cure."""

    message: str
    subject: str = ""
    place: Place | None = None
    hint: str = ""
    severity: Literal["error", "warning"] = "error"


class AssetgenError(Exception):
    """The root of what the command line turns into a message and an exit code."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def of_system(error: OSError) -> str:
    """What the system said, in our form: `"path": no space left on device`."""
    name, text = f'"{error.filename}": ' if error.filename else "", error.strerror or str(error)
    return f"{name}{text[:1].lower()}{text[1:]}"


class UsageError(AssetgenError):
    """The command, the manifest or the lock cannot be understood; nothing was changed."""

    exit_code = 2


class FaultyFile(UsageError):
    """One or more faults of the manifest, an included file, the lock or the user's configuration."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(first.message, hint=first.hint)
        self.faults = tuple(faults)


class Moved(FaultyFile):
    """A project is not as it was when a plan was written that is to be carried out. `hint` is for all faults without one."""

    exit_code = 1

    def __init__(self, faults: Sequence[Fault], *, hint: str) -> None:
        super().__init__([*faults[:-1], replace(faults[-1], hint=faults[-1].hint or hint)])


class MissingExtra(UsageError):
    """An optional package is needed for this and is not installed; the hint is the `pip install` line."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs the extra "{extra}", which is not installed', hint=f"pip install 'assetgen-build[{extra}]'")


class Busy(AssetgenError):
    """Another build holds the project."""


class Corrupt(AssetgenError):
    """Bytes of the store, the journal or the ledger are not what their name says."""


class Impossible(AssetgenError):
    """A provider's `check`: this request can't be served by this model; nothing was sent. The hint names what could."""


class Changed(AssetgenError):
    """A file is no longer what it was when the plan was made; it was neither used nor written over."""


class Unexpected(AssetgenError):
    """A finished output is not what `expect` says; nothing was written."""


class ProviderFailure(AssetgenError):
    """What went wrong with one request. There are exactly six kinds, and the kind decides whether a retry is allowed.

    `paid`: whether the request may have been paid for although no picture came of it; None where the kind and the job say it.
    """

    kind: str = "failure"

    def __init__(self, message: str, *, hint: str = "", paid: bool | None = None) -> None:
        super().__init__(message, hint=hint)
        self.paid = paid


class Refused(ProviderFailure):
    """Moderation, policy, or a request the provider calls invalid. `paid` is true where the pictures were drawn before."""

    kind = "refused"


class Unauthorized(ProviderFailure):
    """No key, a wrong key, or an account that may not or cannot pay."""

    kind = "unauthorized"


class Limited(ProviderFailure):
    """Too many requests, surely not accepted. `after` is the wait in seconds that the provider asked for, if it did."""

    kind = "limited"

    def __init__(self, message: str, *, after: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.after = after


class Unavailable(ProviderFailure):
    """The request was surely not accepted (no connection, 503): it may be sent again. `after` as for `Limited`."""

    kind = "unavailable"

    def __init__(self, message: str, *, after: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.after = after


class BadAnswer(ProviderFailure):
    """An answer came and holds no usable picture. Unless `paid` is false it may have been paid for: only the user asks again."""

    kind = "bad-answer"


class Gone(BadAnswer):
    """A result URL has expired. A provider with job ids asks the job for a fresh one; without ids the picture is lost."""


class Unread(BadAnswer):
    """The bytes behind a good result URL could not be read just now. A job with an id is asked for them again later."""


class Unknown(ProviderFailure):
    """The request was sent and its fate is not known. Only the user may decide what follows."""

    kind = "unknown"
