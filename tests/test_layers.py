"""The shape of the code is a promise: arrows point down, the pure part stays pure, files and functions stay small."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "assetgen"

# Lowest first. A module belongs to the longest prefix that names it; it may import from its own row and from rows above it in this list.
ROWS = [
    ["assetgen.model", "assetgen.toml", "assetgen.digest", "assetgen.errors"],
    ["assetgen.providers", "assetgen.post", "assetgen.post.formats", "assetgen.post.colours"],
    ["assetgen.manifest", "assetgen.catalog", "assetgen.rewrite"],
    ["assetgen.lockfile", "assetgen.merging", "assetgen.recipe"],
    ["assetgen.plan", "assetgen.events", "assetgen.lint"],
    # I/O begins here.
    ["assetgen.noop", "assetgen.store", "assetgen.dotenv", "assetgen.userconfig", "assetgen.decode", "assetgen.net"],
    ["assetgen.settings", "assetgen.files"],
    [
        "assetgen.journal",
        "assetgen.ledger",
        "assetgen.plugins",
        "assetgen.providers.*",
        "assetgen.post.*",
        "assetgen.report",
    ],
    ["assetgen.engine"],
    ["assetgen.watch", "assetgen.preview"],
    ["assetgen.cli"],
    ["assetgen.__main__", "assetgen.__init__"],
]
PURE = 5
FORBIDDEN = {
    *("os", "io", "pathlib", "socket", "threading", "subprocess", "time"),
    *("random", "secrets", "tempfile", "shutil", "httpx", "asyncio"),
}
LONGEST_FILE = 300
LONGEST_FUNCTION = 50
LONGEST_COMMAND = 40


@cache
def modules():
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        name = ".".join(parts)
        found[name.removesuffix(".__init__") if name != "assetgen.__init__" else name] = (path, ast.parse(path.read_text()))
    return found


def row(module):
    best, level = -1, None
    for index, names in enumerate(ROWS):
        for name in names:
            prefix = name.removesuffix(".*")
            inside = module.startswith(prefix + ".") or (module == prefix and not name.endswith(".*"))
            if inside and len(name) > best:
                best, level = len(name), index
    return level


def imports(tree, *, top_only=False):
    nodes = tree.body if top_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield (deeper if deeper in modules() or deeper == "pathlib.PurePosixPath" else node.module), node


def typing_only(tree):
    """Import nodes below `if TYPE_CHECKING:`, which are no arrows at run time."""
    return {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }


def test_every_module_has_a_row():
    assert [name for name in modules() if row(name) is None] == []


def test_arrows_point_down():
    wrong = [
        f"{name} -> {target}"
        for name, (_, tree) in modules().items()
        for target, node in imports(tree)
        if target.startswith("assetgen.") and id(node) not in typing_only(tree) and row(target) > row(name)
    ]
    assert wrong == []


def test_nobody_inside_uses_the_public_names():
    users = [name for name, (_, tree) in modules().items() for target, _ in imports(tree) if target == "assetgen"]
    assert sorted(set(users)) == []


def test_the_pure_part_touches_nothing():
    wrong = [
        f"{name} imports {target}"
        for name, (_, tree) in modules().items()
        if row(name) < PURE
        for target, _ in imports(tree)
        if target.partition(".")[0] in FORBIDDEN and target != "pathlib.PurePosixPath"
    ]
    calls = [
        f"{name}:{node.lineno} opens a file"
        for name, (_, tree) in modules().items()
        if row(name) < PURE
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"
    ]
    assert wrong + calls == []


def test_no_import_cycles():
    edges = {
        name: {t for t, node in imports(tree, top_only=True) if t.startswith("assetgen.") and t != name and t in modules()}
        for name, (_, tree) in modules().items()
    }
    done, path = set(), []

    def visit(name):
        if name in path:
            pytest.fail(" -> ".join([*path[path.index(name) :], name]))
        if name in done:
            return
        path.append(name)
        for target in sorted(edges.get(name, ())):
            visit(target)
        path.pop()
        done.add(name)

    for name in edges:
        visit(name)
    assert done == set(edges)


def test_our_own_code_is_imported_at_the_top():
    """Lazy loading happens in one place for plug-ins and one for commands; a provider may load its own parts where it draws."""
    allowed = {"assetgen.__init__", "assetgen.__main__", "assetgen.providers.sketch"}
    wrong = []
    for name, (_, tree) in modules().items():
        top = {id(node) for _, node in imports(tree, top_only=True)} | typing_only(tree)
        wrong += [f"{name} imports {t} late" for t, node in imports(tree) if t.startswith("assetgen.") and id(node) not in top]
    assert [line for line in wrong if line.partition(" ")[0] not in allowed] == []


def test_files_and_functions_are_small():
    wrong = []
    lengths = []
    for name, (path, tree) in modules().items():
        length = len(path.read_text().splitlines())
        lengths.append(length)
        if length > LONGEST_FILE:
            wrong.append(f"{name} has {length} lines")
        limit = LONGEST_COMMAND if name.startswith("assetgen.cli.") else LONGEST_FUNCTION
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        sizes = {f"{name}.{node.name}": node.end_lineno - node.lineno + 1 for node in functions}
        wrong += [f"{function} has {size} lines" for function, size in sizes.items() if size > limit]
    assert wrong == []
    assert sorted(lengths)[len(lengths) // 2] <= 120


def test_every_module_says_what_lives_in_it():
    assert [name for name, (_, tree) in modules().items() if not ast.get_docstring(tree)] == []
