"""Settings from real files, a real git, and environments given as values."""

import base64
import subprocess
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen import dotenv
from assetgen.errors import FaultyFile
from assetgen.events import Noted
from assetgen.settings import Settings, unguarded

KEY = "sk-canary-0123456789+/abcdefgh=="


@pytest.fixture
def load(tmp_path):
    """Settings of a project with the given files; the user's own configuration is never read."""
    root, config = tmp_path / "project", tmp_path / "config.toml"
    root.mkdir()

    def load(*, env=None, dotenv=None, toml=""):
        config.write_text(toml)
        if dotenv is not None:
            (root / ".env").write_text(dotenv)
        return Settings.load(root, {"ASSETGEN_CONFIG": str(config), **(env or {})})

    load.root, load.config = root, config
    return load


def faults(action, *args, **kwargs):
    with pytest.raises(FaultyFile) as caught:
        action(*args, **kwargs)
    return [(fault.place.line, fault.place.column, fault.subject, fault.message, fault.hint) for fault in caught.value.faults]


def test_the_environment_beats_the_file_which_beats_the_configuration(load):
    toml = '[env]\nA_KEY = "config"\nB_KEY = "config"\nC_KEY = "config"'
    settings = load(env={"A_KEY": "environment", "B_KEY": ""}, dotenv="A_KEY=file\nB_KEY=file", toml=toml)
    assert [settings.get(name) for name in ("A_KEY", "B_KEY", "C_KEY", "D_KEY")] == ["environment", "file", "config", None]
    assert settings.get("D_KEY", "default") == "default"


def test_nothing_has_to_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    settings = Settings.load(tmp_path, {})
    assert (settings.get("OPENAI_API_KEY"), settings.provider("openai"), settings.secrets()) == (None, {}, ())


def test_the_users_configuration_lies_where_the_platform_keeps_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "assetgen").mkdir()
    (tmp_path / "assetgen" / "config.toml").write_text('[env]\nFAL_KEY = "word"')
    assert Settings.load(tmp_path, {}).get("FAL_KEY") == "word"


def test_tables_of_the_configuration(load):
    toml = '[providers.openai]\nbase_url = "http://127.0.0.1:8080/v1"\nconcurrency = 2\n[network]\nproxy = "http://proxy:3128"'
    settings = load(toml=toml)
    assert settings.provider("openai") == {"base_url": "http://127.0.0.1:8080/v1", "concurrency": 2}
    assert (settings.provider("fal"), settings.get("ASSETGEN_PROXY")) == ({}, "http://proxy:3128")


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("[env]\nA_KEY = 1", [(1, 1, "env.A_KEY", "must be a string", "")]),
        ("env = 1", [(1, 1, "env", "must be a table", "[env]")]),
        ("[provider.openai]", [(1, 1, "provider", 'unknown table "provider"', 'did you mean "providers"?')]),
        ("[providers]\nopenai = 1", [(1, 1, "providers.openai", "must be a table", "[providers.openai]")]),
        ('[network]\nproxi = ""', [(1, 1, "network.proxi", "unknown key", 'did you mean "proxy"?')]),
        ('[network]\nproxy = "proxy:3128"', [(1, 1, "network.proxy", "must be a URL with its scheme", "")]),
        (
            "[providers.openai]\nconcurrency = true\nresult_hosts = [1]",
            [
                (1, 1, "providers.openai.concurrency", "must be a whole number above 0", ""),
                (1, 1, "providers.openai.result_hosts", "must be a list of host names", ""),
            ],
        ),
        ("\na = ", [(2, 1, "", "invalid value", "")]),
        ("[env\n", [(1, 5, "", "expected ']' at the end of a table declaration", "")]),
    ],
)
def test_faults_of_the_configuration_come_all_at_once(load, toml, expected):
    assert faults(load, toml=toml) == expected


def test_a_configuration_that_is_named_has_to_exist_and_to_be_text(load):
    load()
    load.config.write_bytes(b"\xff")
    assert faults(Settings.load, load.root, {"ASSETGEN_CONFIG": str(load.config)}) == [(1, 1, "", "the file is not UTF-8", "")]
    load.config.unlink()
    [(_, _, _, message, _)] = faults(Settings.load, load.root, {"ASSETGEN_CONFIG": str(load.config)})
    assert message == f'"{load.config}", named by ASSETGEN_CONFIG, does not exist'


def test_the_grammar_of_a_dotenv():
    text = """\ufeff# a comment
A=plain
export B = spaced words # comment
C='single # $A \\n'   # comment
D="double \\"quoted\\" \\n line"
E=
F=a#b
G="a=b"\r
A=again
"""
    assert dotenv.parse(text.encode(), ".env") == {
        "A": "again",
        "B": "spaced words",
        "C": "single # $A \\n",
        "D": 'double "quoted" \n line',
        "E": "",
        "F": "a#b",
        "G": "a=b",
    }


def test_malformed_lines_come_all_at_once_and_never_show_their_text():
    text = f'{KEY}\n9A=1\nB=\'{KEY}\nC="x" y\n'.encode()
    assert faults(dotenv.parse, text, ".env") == [
        (1, 1, "", "the line is not of the form NAME=value", "NAME=value"),
        (2, 1, "", "the line is not of the form NAME=value", "NAME=value"),
        (3, 3, "", 'the quote of "B" is not closed', 'B="…"'),
        (4, 3, "", 'the quote of "C" is not closed', 'C="…"'),
    ]
    assert faults(dotenv.parse, b"A=1\nB=\xff", ".env") == [(2, 1, "", "the line is not UTF-8", "")]


@given(st.dictionaries(st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True), st.text(st.characters(codec="utf-8"))))
def test_whatever_is_quoted_comes_back(values):
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
    lines = [f'{name}="{"".join(escapes.get(letter, letter) for letter in value)}"' for name, value in values.items()]
    assert dotenv.parse("\n".join(lines).encode(), ".env") == values


def test_secrets_are_the_values_whose_names_look_like_keys(load):
    env = {
        "FAL_KEY": "fal-key-1",
        "REPLICATE_API_TOKEN": "r8-token-22",
        "X_PASSWORD": "short",
        "MONKEY_BAR": "banana-banana",
        "HOME": "/home/someone",
    }
    settings = load(env={**env, "ASSETGEN_PROXY": "http://me:proxy-word@proxy:1"}, dotenv="OPENAI_API_KEY=" + KEY)
    assert settings.secrets() == (KEY, "r8-token-22", "proxy-word", "fal-key-1")


def test_redact_finds_every_form_of_a_key():
    settings = Settings(({"OPENAI_API_KEY": KEY, "X_KEY": ""},))
    coded = base64.b64encode(KEY.encode()).decode()
    lower = quote(KEY, safe="").replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d")
    safe = base64.urlsafe_b64encode(KEY.encode()).decode()
    for form in (KEY, quote(KEY, safe=""), lower, KEY.replace("/", "\\/"), coded, coded.rstrip("="), safe, KEY[-12:]):
        assert settings.redact(f"before {form} after") == "before [redacted] after"
    assert settings.redact("nothing to hide") == "nothing to hide"


# What a mark is made of, and what base64 and percent-encoding make of secrets, have no letter of the texts around them.
SECRETS = st.lists(st.text("xyz", min_size=8, max_size=20), min_size=1, max_size=4)
PIECES = st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(0, 20), st.sampled_from(["", " ", "\u00e9"]))


@given(SECRETS, st.lists(PIECES, max_size=8))
def test_no_letter_of_a_secret_is_left_however_secrets_overlap(secrets, pieces):
    settings = Settings(({f"KEY_{number}": secret for number, secret in enumerate(secrets)},))
    text = "".join(secrets[which % len(secrets)][start:stop] + between for which, start, stop, between in pieces)
    forms = {form for secret in secrets for form in ((secret, secret[-12:]) if len(secret) > 16 else (secret,))}
    hidden = {at + step for form in forms for at in range(len(text)) if text.startswith(form, at) for step in range(len(form))}
    redacted = settings.redact(text)
    assert redacted.replace("[redacted]", "") == "".join(letter for at, letter in enumerate(text) if at not in hidden)
    assert not any(form in redacted for form in forms)
    assert settings.redact(redacted) == redacted


@pytest.mark.parametrize(
    ("secrets", "text", "expected"),
    [
        (("longer-secret-1234", "cret-1234-and-more"), "a longer-secret-1234-and-more b", "a [redacted] b"),
        (("inner-secret", "an-inner-secret-in-it"), "a an-inner-secret-in-it b", "a [redacted] b"),
        (("0123456789abcdefTAIL", "89abcdefTAILxyz"), "89abcdefTAILxyz", "[redacted]"),
        (("abcabcabc",), "abcabcabcabc abcabcab", "[redacted] abcabcab"),
        (("first-key", "other-key"), "first-keyother-key", "[redacted][redacted]"),
    ],
)
def test_secrets_that_overlap_are_hidden_whole(secrets, text, expected):
    settings = Settings(({f"KEY_{number}": secret for number, secret in enumerate(secrets)},))
    assert settings.redact(text) == expected


def git(root, *words):
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)


def test_an_env_that_git_would_take_is_noted(load):
    settings = load(dotenv="OPENAI_API_KEY=" + KEY)
    assert (settings.get("OPENAI_API_KEY"), unguarded(load.root)) == (KEY, [])
    git(load.root, "init")
    note = Noted(message='".env" is not ignored by git, so its keys can be committed', hint="echo .env >> .gitignore")
    assert unguarded(load.root) == [note]
    (load.root / ".gitignore").write_text(".env\n")
    assert unguarded(load.root) == []
    git(load.root, "add", "--force", ".env")
    assert unguarded(load.root) == [note]


def test_an_env_that_came_with_the_repository_may_not_say_where_keys_go(load):
    git(load.root, "init")
    expected = '"OPENAI_BASE_URL" decides where keys are sent, and a ".env" that git does not ignore may come from anybody'
    assert faults(load, dotenv="OPENAI_BASE_URL=https://evil.example") == [(1, 1, "", expected, "echo .env >> .gitignore")]
    (load.root / ".gitignore").write_text(".env\n")
    assert load().get("OPENAI_BASE_URL") == "https://evil.example"
