"""No key ever appears in a file, a log or on a terminal: every command is run with canary keys, and everything it wrote is searched."""

import base64
from urllib.parse import quote

from assetgen.cli.commands import SECTIONS
from tests.servers import serve_openai

CANARY = "sk-canary-7Yd/83kQ+zz0Lp5xWv"
DOTENV = "dotenv-canary-0042-abcdefgh"
FORMS = [
    form for key in (CANARY, DOTENV) for form in (key, base64.b64encode(key.encode()).decode().rstrip("="), quote(key, safe=""), key[-12:])
]

MANIFEST = """version = 1
[assets.hero]
prompt = "a red fox, {case}"
model = "gpt-image-2"
size = "1024x1024"
outputs = ["hero.webp"]

[assets.many]
prompt = "a lake"
model = "sketch"
size = "64x64"
candidates = 2

[assets.byhand]
prompt = "a fox by hand"
model = "midjourney-v7"
"""

EVERY = [
    ["--help"],
    ["--version"],
    ["init", "other"],
    ["status", "--all"],
    ["status", "--json"],
    ["plan"],
    ["plan", "--json"],
    ["plan", "--out", "plan.json"],
    ["check"],
    ["build", "--yes"],
    ["build", "--yes", "--json"],
    ["build", "--dry-run"],
    ["apply", "plan.json"],
    ["watch", "--final"],
    ["preview", "--static", "site"],
    ["why", "hero"],
    ["verify"],
    ["diff", "hero"],
    ["accept", "hero"],
    ["adopt", "hero.webp"],
    ["models"],
    ["styles"],
    ["providers"],
    ["pick", "many"],
    ["import", "byhand", "hero.webp"],
    ["jobs"],
    ["jobs", "resolve", "hero", "--abandon"],
    ["cost"],
    ["graph"],
    ["lint"],
    ["migrate", "gpt-image-2", "gpt-image-2.5-flare"],
    ["doctor"],
    ["lock", "merge"],
    ["lock", "fmt"],
    ["lock", "textconv", "hero.webp"],
    ["lock", "install-driver", "--print"],
    ["store", "path"],
    ["store", "status"],
    ["store", "verify"],
    ["gc"],
    ["clean"],
    ["schema"],
    ["completion", "bash"],
]
FAULTS = ["401", "moderation", "json-error", "url-410", "500-html"]


def leaks(text):
    return [form for form in FORMS if form in text]


def run_all(project, environment, words):
    seen = []
    for command in words:
        done = project.raw(*command, **environment)
        assert done.returncode in (0, 1, 2), (command, done.stderr)
        seen.append((command, done.stdout + done.stderr))
    return seen


def test_every_command_is_in_the_list():
    assert {words[0] for words in EVERY if not words[0].startswith("-")} == {name for section in SECTIONS.values() for name in section}


def test_no_key_is_ever_written(project):
    project.write(".gitignore", ".env\n")
    project.write(".env", f"REPLICATE_API_TOKEN={DOTENV}\n")
    project.write("assetgen.toml", MANIFEST.replace("{case}", "first"))
    with serve_openai(key=CANARY) as server:
        environment = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": CANARY}
        seen = run_all(project, environment, EVERY)
        for fault in FAULTS:
            project.write("assetgen.toml", MANIFEST.replace("{case}", f"case {fault}"))
            server.fail_next(fault)
            after = [["build", "hero", "--yes"], ["jobs", "resolve", "hero", "--retry"]]
            seen += run_all(project, environment, after)
        assert any(request.headers.get("authorization") == f"Bearer {CANARY}" for request in server.requests)
    assert [(command, leaks(text)) for command, text in seen if leaks(text)] == []
    files = [path for path in project.path.parent.rglob("*") if path.is_file() and path.name != ".env"]
    assert any(path.name == "ledger.jsonl" for path in files)
    assert [(str(path), found) for path in files if (found := leaks(path.read_bytes().decode("latin-1")))] == []
