"""What `assetgen doctor` found, as lines: problems with their cures first, then what there is."""

from collections.abc import Iterator, Sequence

from assetgen.report.examination import ChoiceEntry, Examination, ExtraEntry, ServiceEntry, StoreEntry, TorchEntry, Trouble, WeightsEntry
from assetgen.report.terminal import Terminal
from assetgen.report.text import Cell, Painted, Piece

_HASH = 12


def show(terminal: Terminal, found: Examination) -> None:
    """Everything, in tables one below the other; only the errors where the user wants quiet."""
    if terminal.quiet:
        for one in found["problems"]:
            if one["severity"] == "error":
                terminal.error(one["text"], one["hint"])
        return
    if found["problems"]:
        terminal.table([_problem(one) for one in found["problems"]])
    else:
        terminal.say(Painted("no problems found", "good"))
    _section(terminal, list(_machine(found)))
    devices = found["machine"]["devices"]
    rows: list[list[Cell]] = [
        [one["kind"], one["name"], size(one["memory"]), size(one["free"]), "local models are drawn here" if one["chosen"] else ""]
        for one in devices
    ]
    _section(terminal, rows, ["DEVICE", "NAME", "MEMORY", "FREE", ""])
    software = found["software"]
    _section(terminal, [_extra(one) for one in software["extras"]], ["EXTRA", "INSTALLED", "PACKAGES"])
    plugins: list[list[Cell]] = [[one["name"], one["kind"], f"{one['package']} {one['version']}"] for one in software["plugins"]]
    _section(terminal, plugins, ["PLUG-IN", "KIND", "PACKAGE"])
    _section(terminal, [_service(one) for one in found["providers"]], ["PROVIDER", "KEY", "ASSETS", "BASE URL"])
    _section(terminal, [_weights(one) for one in found["models"]], ["LOCAL MODEL", "SIZE", "WEIGHTS", "FROM"])
    _section(terminal, [_choice(one) for one in found["choices"]], ["LOCAL ASSET", "MODE", "WEIGHTS", "MEMORY", "MODEL"])


def size(count: int) -> str:
    """Bytes in words, in thousands of thousands as disks are sold."""
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


def _section(terminal: Terminal, rows: Sequence[Sequence[Cell]], header: Sequence[str] = ()) -> None:
    if rows:
        terminal.say("")
        terminal.table(rows, header)


def _problem(one: Trouble) -> list[Cell]:
    hint: list[Piece] = ["\n", Painted("hint:", "dim"), f" {one['hint']}"] if one["hint"] else []
    return [Painted(one["severity"], "bad" if one["severity"] == "error" else "warn"), [one["text"], *hint]]


def _machine(found: Examination) -> Iterator[list[Cell]]:
    software, machine = found["software"], found["machine"]
    yield _line("assetgen", software["assetgen"])
    yield _line("python", f"{software['python']} on {software['system']}")
    yield _line("git", _version(software["git"]))
    yield _line("git-lfs", _version(software["git_lfs"]))
    yield _line("torch", _torch(machine["torch"]))
    yield _line("memory", f"{size(machine['memory'])}, {size(machine['free'])} free")
    yield _line("project", found["project"] or "none here")
    if found["store"] is not None:
        yield _line("store", _store(found["store"]))


def _line(label: str, text: str) -> list[Cell]:
    return [Painted(label, "dim"), text]


def _version(given: str | None) -> str:
    return "not installed" if given is None else given or "installed"


def _torch(given: TorchEntry | None) -> str:
    if given is None:
        return "not installed"
    if given["error"] is not None:
        return f"cannot be loaded: {given['error']}"
    built = f"for CUDA {given['cuda']}" if given["cuda"] else "without CUDA"
    return f"{given['version']}, {built}; sees {', '.join(given['devices']) or 'no GPU'}"


def _store(given: StoreEntry) -> str:
    return f"{given['path']}, {'writable' if given['writable'] else 'not writable'}, {size(given['free'])} free"


def _extra(given: ExtraEntry) -> list[Cell]:
    installed = Painted("yes", "good") if given["installed"] else Painted("no", "dim")
    told = []
    for one in given["packages"]:
        version = one["version"] or ("" if one["problem"] else "missing")
        told.append(" ".join(filter(None, [one["name"], version, f"({one['problem']})" if one["problem"] else ""])))
    return [Painted(given["name"], "strong"), installed, ", ".join(told)]


def _service(given: ServiceEntry) -> list[Cell]:
    if given["error"] is not None:
        return [Painted(given["name"], "strong"), "", _count(given["assets"]), Painted(given["error"], "bad")]
    keys = given["keys"]
    key: Cell = "not needed"
    if keys:
        key = Painted("set", "good") if all(one["set"] for one in keys) else Painted("not set", "dim")
    where = ", ".join(filter(None, [given["base_url"], given["answer"]]))
    return [Painted(given["name"], "strong"), key, _count(given["assets"]), where]


def _count(names: Sequence[str]) -> str:
    return str(len(names)) if names else ""


def _weights(given: WeightsEntry) -> list[Cell]:
    revision = f" {given['revision'][:_HASH]}" if given["revision"] else ""
    problem: list[Piece] = ["\n", Painted(given["problem"], "bad")] if given["problem"] else []
    kind = f"{given['kind']}, " if given["kind"] else ""
    return [
        Painted(given["name"], "strong"),
        size(given["bytes"]),
        given["precision"] or "",
        [f"{kind}{given['source']}{revision}", *problem],
    ]


def _choice(given: ChoiceEntry) -> list[Cell]:
    notes: list[Piece] = [f"\n{note}" for note in given["notes"]]
    if given["problem"] is not None:
        return [Painted(given["asset"], "strong"), Painted("none", "bad"), "", "", Painted(given["problem"], "bad")]
    needs = size(given["needs"]) if given["needs"] is not None else ""
    mode = f"{given['mode']} on {given['device']}" if given["mode"] is not None else "not known"
    return [Painted(given["asset"], "strong"), mode, given["precision"] or "", needs, [given["model"], *notes]]
