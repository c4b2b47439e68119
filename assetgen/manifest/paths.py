"""Which paths a manifest may name: inside the project, and the same file on every operating system. The disk is not looked at."""

import json
import re
import unicodedata
from pathlib import PurePosixPath

from assetgen.manifest.words import Wrong
from assetgen.model import LOCK, MANIFEST

MAX_LENGTH = 200
_DEVICE = r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])"
_PLAIN_PART = r"[A-Za-z0-9_@+=,()-]++(?:\.[A-Za-z0-9_@+=,()-]++)*+"
_PLAIN = re.compile(rf"(?!(?:.*/)?{_DEVICE}(?:[./]|$))(?:{_PLAIN_PART}/)*+{_PLAIN_PART}", re.IGNORECASE)
_RESERVED = re.compile(rf"{_DEVICE}(?:\..*)?", re.IGNORECASE)
_ODD = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\]')
_OURS = frozenset({MANIFEST, LOCK, ".env"})


def check(path: str) -> str:
    """The path in its plain form (`./a//b` is `a/b`); raises `Wrong` for one that leaves the project or is not portable."""
    if len(path) <= MAX_LENGTH and _PLAIN.fullmatch(path):
        return path
    if len(path) > MAX_LENGTH:
        raise Wrong(f"the path has {len(path)} characters, more than {MAX_LENGTH}")
    if "\\" in path:
        raise Wrong(f'"{path}" holds a backslash', hint=f'write "{path.replace(chr(92), "/")}"')
    pure = PurePosixPath(path)
    if pure.is_absolute() or re.match(r"[A-Za-z]:", path):
        raise Wrong(f'"{path}" is absolute', hint="write it relative to the root manifest")
    if ".." in pure.parts:
        raise Wrong(f'"{path}" leaves the project by ".."', hint="write it relative to the root manifest, without ..")
    if odd := _ODD.search(path):
        raise Wrong(f'"{path}" holds the character {odd[0]!a}, which not every system takes in a file name')
    if unicodedata.normalize("NFC", path) != path:
        raise Wrong(f'"{path}" is not in the composed Unicode form (NFC)', hint=f"write {json.dumps(unicodedata.normalize('NFC', path))}")
    if not pure.parts or path.endswith("/"):
        raise Wrong(f'"{path}" names no file')
    for part in pure.parts:
        _check_part(path, part)
    return str(pure)


def check_folder(path: str) -> str:
    """As `check`, for a folder; "." is the project itself."""
    plain = path.rstrip("/") if path != "/" else path
    return "." if plain == "." else check(plain)


def check_writable(path: str) -> None:
    """Raise `Wrong` for a file that is not ours to write, whatever the manifest says."""
    folded = path.casefold()
    parts = folded.split("/")
    if folded in _OURS or folded.startswith(".env."):
        raise Wrong(f'"{path}" would overwrite a file of the project')
    if ".git" in parts or ".assetgen" in parts:
        raise Wrong(f'"{path}" lies in a folder that is not for outputs')


def _check_part(path: str, part: str) -> None:
    if part.endswith((".", " ")) or part.startswith(" "):
        raise Wrong(f'"{path}" has a part that begins or ends in a space or ends in a dot, which not every system takes')
    if _RESERVED.fullmatch(part):
        raise Wrong(f'"{path}" holds "{part}", the name of a device on Windows', hint="choose another name")
    if len(part.encode()) > 255:
        raise Wrong(f'"{path}" has a part of more than 255 bytes')
