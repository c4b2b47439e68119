"""`assetgen verify`."""

from collections.abc import Sequence

from assetgen.cli import formats, options
from assetgen.cli.session import Session, pass_session
from assetgen.engine.survey import Survey, look
from assetgen.engine.verify import Problem, absent, verify
from assetgen.report import document, words
from assetgen.report.annotations import of_problems
from assetgen.report.text import Painted


@options.command("verify", "assetgen verify tag:docs")
@options.names
@formats.output
@pass_session
def command(session: Session, names: tuple[str, ...]) -> int:
    """Compare files with the lock: digests of outputs and originals, marks of origin, and whether every picture decodes."""
    with look(session.path) as seen:
        found = options.chosen(names, seen.workspace.manifest.assets)
        problems = list(verify(seen, found))
        away = absent(seen, found)
        formats.gather(session, of_problems(problems, seen.workspace.manifest.assets))
        if session.output == "json":
            session.terminal.product(document.text(_document(seen, found, problems, away)))
        elif session.speaks:
            _show(session, found, problems, away)
    return 1 if problems else 0


def _show(session: Session, names: Sequence[str], problems: Sequence[Problem], away: int) -> None:
    terminal = session.terminal
    terminal.table([[Painted(problem.code, "bad"), Painted(problem.asset, "strong"), problem.text] for problem in problems])
    if away:
        terminal.note(f"{words.count(away, 'original')} {'is' if away == 1 else 'are'} not on this machine", "assetgen store path")
    assets = words.count(len(names), "asset")
    wrong = f"{words.count(len(problems), 'problem')} in {words.count(len({problem.asset for problem in problems}), 'asset')}"
    terminal.say(f"{wrong} of {len(names)}" if problems else f"{assets}: every file is what the lock says")


def _document(seen: Survey, names: Sequence[str], problems: Sequence[Problem], away: int) -> document.Document:
    made = document.of_plan("verify", seen.plan, names)
    for entry in made["assets"]:
        entry["problems"] = [_problem(each) for each in problems if each.asset == entry["name"]]
    made["summary"] |= {"problems": len(problems), "absent": away}
    return made


def _problem(found: Problem) -> document.ProblemEntry:
    made: document.ProblemEntry = {"code": found.code, "text": found.text}
    if found.path:
        made["path"] = found.path
    return made
