"""Reads TOML. `tomllib` is the judge of what a document means; rtoml, ten times as fast, reads those on which both surely agree."""

import re
import tomllib
from typing import Any

import rtoml

from assetgen.errors import Fault, FaultyFile, Place
from assetgen.toml import outline

MAX_BYTES = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_LOCATED = re.compile(r"(?P<what>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)
_TWICE = ("the key is defined twice", "remove one of the two")
_QUOTES = 'text stands in quotes: key = "text"'
_WORDS = (
    ("Illegal character '\\n'", "the string is not closed", 'close it with a quote, or write text of several lines in """'),
    ("Unterminated string", "the string is not closed", 'close it with a quote, or write text of several lines in """'),
    ("Expected newline", "more follows where the line should end", f"one key = value a line; {_QUOTES}"),
    ("Invalid statement", "expected a key, a table or a comment", 'key = "value", or [table]'),
    ("Invalid value", "expected a value", _QUOTES),
    ("Expected '=' after a key", 'expected "=" after the key', 'key = "value"'),
    ("Expected ']", 'the table\'s name is not closed with "]"', "[assets.name]"),
    ("Invalid initial character for a key", "expected a key", 'a table in braces stands on one line, without a comma before its "}"'),
    ("Unclosed array", 'the array is not closed with "]"', '["one", "two"]'),
    ("Unclosed inline table", 'the table is not closed with "}"', "a table in braces stands on one line: { key = 1, other = 2 }"),
    ("Unescaped '\\'", "a backslash begins no known escape here", "write \\\\ for a backslash, or put the text in 'single quotes'"),
    ("Escaped character is not a Unicode", "the escape names no character", ""),
    ("Invalid hex value", "the escape needs more hexadecimal digits", "\\u00e9"),
    ("Invalid date", "no such date or time", ""),
    ("Illegal character", "a control character is not allowed here", "remove it, or write it as an escape such as \\u0007"),
    ("Found invalid character", "a character is not allowed here", ""),
    ("Cannot overwrite a value", *_TWICE),
    ("Duplicate inline table key", *_TWICE),
    ("Cannot declare", "the table is defined twice", "put the keys of both under one header"),
    ("Cannot mutate immutable", "a table or array written in one place cannot be added to in another", "write all of it in one place"),
    ("Cannot redefine namespace", "the table is defined twice", "put the keys of both under one header"),
)
_AT_LINE_START = ("Cannot ", "Duplicate ")


def parse(data: bytes, file: str) -> dict[str, Any]:
    """The document as `tomllib` reads it. Raises `FaultyFile` with one fault for what is no TOML or beyond the bounds."""
    text = _decode(data, file).replace("\r\n", "\n")
    lines = outline.of(text)
    if (at := outline.too_dotted(text, lines)) is not None:
        raise _faulty(file, text, at, f"a key has more than {outline.MAX_DOTS} dots")
    if (at := outline.too_deep(text, lines)) is not None:
        raise _faulty(file, text, at, f"arrays and tables are nested deeper than {outline.MAX_DEPTH}")
    if outline.suits_fast_reader(text, lines):
        try:
            return rtoml.loads(text)
        except rtoml.TomlParsingError:
            pass  # rtoml refuses a few things that tomllib takes, such as 1e400; and it is tomllib that says what is wrong
    return _judge(text, file)


def _decode(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        message = f"the file has {len(data)} bytes, more than {MAX_BYTES}"
        raise FaultyFile(
            [Fault(message=message, place=Place(file=file, line=1, column=1), hint='split it with include = ["assets/*.toml"]')]
        )
    if data.startswith(_BOM):
        text = data[len(_BOM) :].decode(errors="replace")
        raise _faulty(file, text, 0, "the file begins with a byte order mark", 'save it as "UTF-8", not as "UTF-8 with BOM"')
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        at = len(data[: error.start].decode())
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        hint = 'save the file as "UTF-8"'
        raise _faulty(file, data.decode(errors="replace"), at, message, hint) from None
    if (at := text.find("\0")) >= 0:
        raise _faulty(file, text, at, "the file holds a NUL character", 'remove it; save the file as "UTF-8"')
    return text


def _judge(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise _faulty(file, text, 0, "arrays and tables are nested too deep") from None
    except tomllib.TOMLDecodeError as error:
        raise _explained(file, text, str(error)) from None
    except ValueError:  # Python's own bound of 4300 digits, from int()
        digits = re.search(r"\d[\d_]{4300}", text)
        raise _faulty(file, text, digits.start() if digits else 0, "an integer is too large") from None


def _explained(file: str, text: str, what: str) -> FaultyFile:
    at = len(text.rstrip("\n"))
    if found := _LOCATED.fullmatch(what):
        what = found["what"]
        if found["line"]:
            at = _offset(text, int(found["line"]), int(found["column"]))
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].partition("\n")[0]
    if line.startswith(("<<<<<<< ", "=======", ">>>>>>> ")):
        return _faulty(file, text, start, "a merge conflict is not resolved", "choose between the two sides and delete the markers")
    if what.startswith(_AT_LINE_START):  # tomllib points behind the statement
        at = start + len(line) - len(line.lstrip())
    for beginning, message, hint in _WORDS:
        if what.startswith(beginning):
            return _faulty(file, text, at, message, hint)
    return _faulty(file, text, at, "this is no TOML")


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column - 1


def _faulty(file: str, text: str, at: int, message: str, hint: str = "") -> FaultyFile:
    start = text.rfind("\n", 0, at) + 1
    line = text[start:].partition("\n")[0].rstrip("\r")
    place = Place(file=file, line=text.count("\n", 0, at) + 1, column=at - start + 1, text=line)
    return FaultyFile([Fault(message=message, place=place, hint=hint)])
