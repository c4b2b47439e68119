"""The one error boundary: whatever a command raises becomes a message and an exit code here."""

import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from assetgen.cli import bugs
from assetgen.cli.commands import SUMMARIES, module
from assetgen.cli.group import Commands
from assetgen.cli.session import Session, options
from assetgen.errors import AssetgenError, Fault, FaultyFile, of_system
from assetgen.report.faults import render_all

INTERRUPTED = 130
BUG = 3
GONE = 1


def run(words: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    _prepare()
    session = Session(path=Path())
    code = _run(session, words)
    if session.report is not None:
        session.report.finish(code)
    return code


def _run(session: Session, words: Sequence[str]) -> int:
    try:
        code = _root().main(list(words), "assetgen", standalone_mode=False, obj=session)
    except click.ClickException as error:
        return _usage(session, error)
    except (click.Abort, KeyboardInterrupt):
        _interrupted(session)
    except BrokenPipeError:
        session.terminal.mute()
        return GONE
    except Exception as error:  # noqa: BLE001 - one of the two catch-alls of the program
        return failed(session, error)
    if code == INTERRUPTED:
        _leave(session)
    return code if isinstance(code, int) else 0


def _prepare() -> None:
    """Streams that take every character; a closed one is replaced by nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, io.StringIO())
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _root() -> Commands:
    return Commands(
        "assetgen",
        places={name: module(name) for name in SUMMARIES},
        params=[
            *options(),
            click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."),
        ],
        help="Builds the pictures that assetgen.toml names: the stale ones, and only those.",
        epilog="assetgen COMMAND --help tells more. NAMES are names, globs of * and ? (brackets stand for themselves), and tag:x.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        no_args_is_help=False,
        invoke_without_command=True,
        callback=_nothing,
    )


@click.pass_context
def _nothing(ctx: click.Context) -> None:
    """Without a command there is only help."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click calls it by position
    if value:
        click.echo(f"assetgen {vars(sys.modules['assetgen'])['__version__']}")
        ctx.exit()


def failed(session: Session, error: Exception) -> int:
    """Tell what was raised; returns the exit code."""
    match error:
        case FaultyFile():
            session.terminal.complain(render_all(error.faults))
            return _reported(session, error.exit_code, error.faults)
        case AssetgenError():
            return _told(session, error.exit_code, error.message, error.hint)
        case FileNotFoundError() if not _somewhere():
            return _told(session, 2, "the folder that you are in does not exist any more", "cd to another one, or name it: assetgen -C DIR")
        case UnicodeEncodeError() if _ascii_names():
            message = f'the name "{error.object}" cannot be spelled in {error.encoding}, the encoding of file names'
            return _told(session, 2, message, "set PYTHONUTF8=1")
        case OSError() if error.strerror:
            return _told(session, 1, of_system(error))
        case _:
            log = bugs.keep(traceback.format_exc(), session.path, session.terminal.redact)
            message = f'a bug in assetgen ({type(error).__name__}), its log is "{log}"'
            return _told(session, BUG, message, "report it with that file")


def _told(session: Session, code: int, message: str, hint: str = "") -> int:
    """Tell people, and the programs that listen, why it did not work; returns the exit code."""
    session.terminal.error(message, hint)
    return _reported(session, code, [Fault(message=message, hint=hint)])


def _reported(session: Session, code: int, faults: Sequence[Fault]) -> int:
    if session.report is not None:
        session.report.complain(faults, code)
    return code


def _somewhere() -> bool:
    """Whether the current folder is still there."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _ascii_names() -> bool:
    """Whether this environment knows fewer characters for file names than manifests have."""
    return sys.getfilesystemencoding() != "utf-8"


def _usage(session: Session, error: click.ClickException) -> int:
    """What click says, in the form of every other message."""
    return _told(session, 2, *plain(error))


def plain(error: click.ClickException) -> tuple[str, str]:
    """The message and the hint of a failure of click's."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"{context.command_path} --help" if context else "assetgen --help"
    match error:
        case click.NoSuchOption():
            message = f'there is no option "{error.option_name}"'
            hint = f"did you mean {error.possibilities[0]}" if error.possibilities else hint
        case click.MissingParameter() if error.param is not None:
            message = f"{error.param.make_metavar(context or click.Context(click.Command('assetgen')))} is missing"
        case click.BadParameter() if error.param is not None:
            message = f"{max(error.param.opts, key=len)}: {_lower(error.message)}"
        case _:
            message = _lower(error.format_message())
    return message, hint


def _lower(text: str) -> str:
    """In the form of our own messages."""
    return (text[:1].lower() + text[1:]).rstrip(".").replace("'", '"')


def _interrupted(session: Session) -> NoReturn:
    session.terminal.error("interrupted", "run the same command to go on; paid jobs that have an id are resumed")
    _leave(session)


def _leave(session: Session) -> NoReturn:
    """End at once: threads may still wait for answers, and the interpreter would wait for them, or for the next Ctrl-C."""
    session.terminal.flush()
    os._exit(INTERRUPTED)
