"""A prompt or a seed written back into the manifest: this value changes, and not one other byte."""

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assetgen.engine.retouch import editable, write
from assetgen.engine.workspace import opened
from assetgen.errors import AssetgenError, UsageError
from assetgen.manifest.quoting import quoted
from assetgen.manifest.rewriting import Put, UnwritableError, rewritten

HEAD = "version = 1\n"
HOSTILE = [
    'a "quoted" fox',
    "it's a fox",
    "'''",
    '"""',
    '""""""',
    'ends with "',
    'ends with ""',
    "ends with '",
    "\\",
    "\\\\",
    "\\n is no line end",
    "C:\\Users\\fox",
    "\\u0041",
    "ends with \\",
    "a\nb",
    "\na",
    "\n\na\n",
    "a\r\nb",
    "a\rb",
    "\r",
    "tab\there",
    "\x0b\x0c",
    "\x00",
    "\x1b[31mred\x1b[0m",
    "\x7f",
    "\x85 next line",
    "\u2028\u2029",
    "\ufeffbom",
    "\u200bnothing\u200d",
    "\u202egnp.xof",
    "e\u0301 and é",
    "日本の富士山",
    "🦊👩‍🚀",
    "\U0010ffff",
    "# no comment",
    "fox # still no comment",
    "= 1",
    'prompt = "other"',
    '\n[assets.evil]\nprompt = "x"\n',
    '"\n[assets.evil]\nprompt = "x',
    "'\n[assets.evil]\nprompt = 'x",
    '"""\n[assets.evil]\nprompt = """x',
    "'''\n[assets.evil]\nprompt = '''x",
    "{{name}}",
    "{{{{name}}}}",
    "{name}",
    "a {{brace",
    "brace}} b",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "${HOME} $(id) `id`",
    "%s %d %n",
    "'; drop table assets; --",
    "../../etc/passwd",
    "https://example.org/?a=1&b=2",
    "true",
    "1979-05-27T07:32:00Z",
    "  spaces around  ",
    " ",
    "\t\n\t",
    "<<<<<<< HEAD",
    "=======",
    "x" * 20_000,
]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


class Desk:
    def __init__(self, path):
        self.path = path

    def write(self, text, head=HEAD, **files):
        for name, content in {"assetgen": head + text, **files}.items():
            (self.path / f"{name}.toml").write_bytes(content.encode())
        return self

    def text(self, name="assetgen"):
        return (self.path / f"{name}.toml").read_bytes().decode().removeprefix(HEAD)

    def __call__(self, name, field, value):
        with opened(self.path, {}) as workspace:
            return write(workspace, name, field, value)

    def editable(self, name, field="prompt"):
        with opened(self.path, {}) as workspace:
            return editable(workspace, name, field)

    def asset(self, name="hero"):
        with opened(self.path, {}) as workspace:
            return workspace.manifest.assets[name]


# --- where it stands


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            '# ours\n[assets.hero] # first\nprompt  = "a fox"   # red\nseed=3',
            '# ours\n[assets.hero] # first\nprompt  = "an owl"   # red\nseed=3',
        ),
        ("[assets.hero]\nprompt = 'a fox'\n", "[assets.hero]\nprompt = 'an owl'\n"),
        ('[assets]\nhero.prompt = "a fox" # red\nhero.seed = 3\n', '[assets]\nhero.prompt = "an owl" # red\nhero.seed = 3\n'),
        ('assets."hero".prompt = "a fox"\n', 'assets."hero".prompt = "an owl"\n'),
        ('[assets]\nhero = { seed = 3, prompt = "a fox" } # x\n', '[assets]\nhero = { seed = 3, prompt = "an owl" } # x\n'),
        ('[assets.hero]\nprompt = """\na fox\nin snow"""\n', '[assets.hero]\nprompt = """\nan owl"""\n'),
        ('[assets.hero]\r\nprompt = "a fox" # red\r\nseed = 3\r\n', '[assets.hero]\r\nprompt = "an owl" # red\r\nseed = 3\r\n'),
    ],
)
def test_only_the_prompt_changes(desk, text, wanted):
    desk.write(text)
    assert desk("hero", "prompt", "an owl") == ["assetgen.toml"]
    assert (desk.text(), desk.asset().prompt) == (wanted, "an owl")


@pytest.mark.parametrize(
    ("text", "seed", "wanted"),
    [
        ('[assets.hero]\nprompt = "a"\nseed = 3 # lucky\n', 4, '[assets.hero]\nprompt = "a"\nseed = 4 # lucky\n'),
        ('[assets.hero]\nprompt = "a"\nseed = 3 # lucky\n', None, '[assets.hero]\nprompt = "a"\n# lucky\n'),
        ('[assets.hero] # x\nprompt = "a"\n', 4, '[assets.hero] # x\nseed = 4\nprompt = "a"\n'),
        ('[assets.hero]\r\nprompt = "a"\r\n', 4, '[assets.hero]\r\nseed = 4\r\nprompt = "a"\r\n'),
        ('assets.hero = { prompt = "a" }\n', 4, 'assets.hero = { prompt = "a", seed = 4 }\n'),
        ('assets.hero = { prompt = "a", seed = 3 }\n', None, 'assets.hero = { prompt = "a" }\n'),
        ('[assets]\n  hero.prompt = "a"\n', 4, '[assets]\n  hero.seed = 4\n  hero.prompt = "a"\n'),
        ('[assets]\r\nhero.prompt = "a"\r\n', 4, '[assets]\r\nhero.seed = 4\r\nhero.prompt = "a"\r\n'),
        ('[assets]\nhero.prompt = "a"\nhero.seed = 3', None, '[assets]\nhero.prompt = "a"\n'),
        ('[defaults]\nseed = 3\n[assets.hero]\nprompt = "a"\n', 4, '[defaults]\nseed = 3\n[assets.hero]\nseed = 4\nprompt = "a"\n'),
    ],
)
def test_a_seed_is_put_added_or_taken_away(desk, text, seed, wanted):
    desk.write(text)
    assert desk("hero", "seed", seed) == ["assetgen.toml"]
    assert (desk.text(), desk.asset().seed) == (wanted, seed)


def test_the_file_that_says_it_is_written(desk):
    more = '# theirs\n[assets.hero]\nprompt = "a fox"\n'
    desk.write('include = ["more.toml"]\n[assets.other]\nprompt = "a"\n', more=more)
    before = desk.text()
    assert desk("hero", "prompt", "an owl") == ["more.toml"]
    assert (desk.text(), desk.text("more")) == (before, more.replace("a fox", "an owl"))


def test_the_value_is_the_text_as_it_is_written(desk):
    desk.write('[variables]\nplace = "the sea"\n[assets.hero]\nstyle = "watercolour"\nprompt = "{name} at {place}, {{really}}"\n')
    assert desk.editable("hero").value == "{name} at {place}, {{really}}"
    desk("hero", "prompt", "{place} without {name}")
    assert (desk.asset().subject, desk.editable("hero").value) == ("the sea without hero", "{place} without {name}")


def test_variants_of_a_matrix_change_together(desk):
    desk.write('[assets.icon]\nmatrix = { theme = ["light", "dark"] }\nprompt = "{theme} fox"\noutputs = ["{theme}.png"]\n')
    found = desk.editable("icon[theme=dark]")
    assert (found.value, found.shared) == ("{theme} fox", ("icon[theme=light]", "icon[theme=dark]"))
    desk("icon[theme=dark]", "prompt", "{theme} owl")
    assert desk.asset("icon[theme=light]").prompt == "light owl"


def test_an_inherited_prompt_becomes_the_assets_own(desk):
    desk.write('[defaults]\nprompt = "a {name}"\n[assets.fox]\n[assets.owl]\nseed = 2\n')
    assert (desk.editable("owl").value, desk.editable("owl").shared) == ("a {name}", ("owl",))
    desk("owl", "prompt", "an {name}")
    assert (desk.asset("owl").prompt, desk.asset("fox").prompt) == ("an owl", "a fox")
    assert desk.text().endswith('[assets.owl]\nprompt = "an {name}"\nseed = 2\n')


def test_a_chain_of_edits_is_changed_where_its_words_stand(desk):
    edits = 'edits = ["make it night", { prompt = "add snow", seed = 5 }] # two\n'
    desk.write('[assets.hero]\nprompt = "a fox"\nseed = 3\n' + edits)
    assert desk.editable("hero").shared == ("hero~0", "hero") == desk.editable("hero~0").shared
    assert [desk.editable(f"hero~{number}").value for number in (1, 2)] == ["make it night", "add snow"]
    assert desk.editable("hero", "seed").shared == ("hero~0", "hero~1", "hero")
    desk("hero", "prompt", "an owl")
    desk("hero~1", "prompt", "make it\ndawn")
    desk("hero~2", "prompt", "add rain")
    desk("hero~2", "seed", None)
    assert [desk.asset(f"hero~{number}").prompt for number in range(3)] == ["an owl", "make it\ndawn", "add rain"]
    assert desk.text() == '[assets.hero]\nprompt = "an owl"\nseed = 3\nedits = ["make it\\ndawn", { prompt = "add rain" }] # two\n'
    assert desk.asset("hero~2").seed == 3
    told = desk.editable("hero~1", "seed")
    assert (told.editable, told.why) == (
        False,
        'the edit is a text, which has no place for a seed: write it as { prompt = "...", seed = 1 }',
    )


def test_tables_of_edits_get_a_seed_of_their_own(desk):
    desk.write('[assets.hero]\nprompt = "a fox"\n[[assets.hero.edits]]\nprompt = "one"\n[[assets.hero.edits]]\nprompt = "two"\n')
    desk("hero~2", "seed", 9)
    assert [desk.asset(f"hero~{number}").seed for number in range(3)] == [None, None, 9]


def test_nothing_is_written_where_nothing_changes(desk):
    desk.write('[assets.hero]\nprompt = "\\u0061 fox"\n')
    before = (desk.path / "assetgen.toml").stat()
    assert (desk("hero", "prompt", "a fox"), desk("hero", "seed", None)) == ([], [])
    assert (desk.path / "assetgen.toml").stat().st_ino == before.st_ino


def test_the_mode_of_the_file_stays(desk):
    desk.write('[assets.hero]\nprompt = "a fox"\n')
    (desk.path / "assetgen.toml").chmod(0o640)
    desk("hero", "prompt", "an owl")
    assert (desk.path / "assetgen.toml").stat().st_mode & 0o777 == 0o640


# --- what cannot be edited


@pytest.mark.parametrize(
    ("text", "name", "field", "value", "message", "hint"),
    [
        (
            'file = "a.png"',
            "hero",
            "prompt",
            "x",
            'the prompt of "hero" cannot be edited here: it is made from the file "a.png"',
            "make the change by hand",
        ),
        (
            'file = "a.png"\nedits = ["x"]',
            "hero",
            "prompt",
            "x",
            'the prompt of "hero" cannot be edited here: it is made from the file "a.png"',
            "make the change by hand",
        ),
        ('prompt = "a"', "hreo", "prompt", "x", 'there is no asset "hreo"', 'did you mean "hero"?'),
        ('prompt = "a"', "hero", "prompt", None, 'the prompt of "hero" cannot be taken away', "what the picture shows"),
        (
            'prompt = "a"',
            "hero",
            "prompt",
            "",
            "the prompt cannot be written: expected text, found an empty string",
            "make the change by hand",
        ),
        ('prompt = "a"', "hero", "prompt", "{nmae}", 'the prompt cannot be written: "{nmae}" is not known here', 'did you mean "name"?'),
        (
            'prompt = "a"',
            "hero",
            "prompt",
            "a } b",
            'the prompt cannot be written: a single "}" in the text',
            'write "}}" for a brace that is meant',
        ),
        ('prompt = "a"', "hero", "prompt", "half \ud83e", "the prompt holds half a character", "type it anew"),
        ('prompt = "a"', "hero", "prompt", 3, "a prompt is a text", 'prompt = "a red fox"'),
        ('prompt = "a"', "hero", "seed", "3", "a seed is a whole number", "seed = 1"),
        ('prompt = "a"', "hero", "seed", True, "a seed is a whole number", "seed = 1"),
        (
            'prompt = "a"',
            "hero",
            "seed",
            -1,
            "the seed cannot be written: expected at least 0, found -1",
            "leave seed out to let the provider choose",
        ),
        (
            'prompt = "a"\n[defaults]\nseed = 2',
            "hero",
            "seed",
            None,
            'the seed of "hero" is inherited, and cannot be taken away',
            "assets.hero.seed = 1",
        ),
    ],
)
def test_what_is_refused(desk, text, name, field, value, message, hint):
    desk.write(f"[assets.hero]\n{text}\n")
    before = desk.text()
    with pytest.raises(UsageError) as caught:
        desk(name, field, value)
    assert (caught.value.message, caught.value.hint, desk.text()) == (message, hint, before)


def test_a_text_that_gets_lines_is_written_in_lines(desk):
    desk.write('[assets.hero]\nprompt = "a fox" # red\nseed = 3\n')
    desk("hero", "prompt", 'a fox,\n  "sleeping"')
    assert desk.text() == '[assets.hero]\nprompt = """\na fox,\n  "sleeping\\"""" # red\nseed = 3\n'
    desk("hero", "prompt", "a fox")
    assert desk.text() == '[assets.hero]\nprompt = """\na fox""" # red\nseed = 3\n'


def test_a_file_that_is_read_only_is_not_replaced(desk):
    desk.write('[assets.hero]\nprompt = "a fox"\n')
    (desk.path / "assetgen.toml").chmod(0o444)
    assert desk.editable("hero").why == '"assetgen.toml" is read-only'
    with pytest.raises(UsageError, match="is read-only"):
        desk("hero", "prompt", "an owl")


def test_a_link_is_not_replaced(desk, tmp_path):
    (tmp_path / "real.txt").write_text('version = 1\n[assets.hero]\nprompt = "a fox"\n')
    (tmp_path / "assetgen.toml").symlink_to("real.txt")
    assert (desk.editable("hero").why, desk.editable("hero").value) == ('"assetgen.toml" is a link', "a fox")
    with pytest.raises(UsageError, match="is a link"):
        desk("hero", "prompt", "an owl")
    assert (tmp_path / "assetgen.toml").is_symlink()


@pytest.mark.parametrize("theirs", [HEAD + '[assets.hero]\nprompt = "theirs"\n', HEAD + '[assets.hero]\nprompt = "a fox"', "half a", None])
def test_a_file_that_was_changed_meanwhile_is_left_alone(desk, theirs):
    path = desk.write('[assets.hero]\nprompt = "a fox"\n').path / "assetgen.toml"
    with opened(desk.path, {}) as workspace:
        path.unlink() if theirs is None else path.write_text(theirs)
        with pytest.raises(UsageError) as caught:
            write(workspace, "hero", "prompt", "an owl")
    changed = '"assetgen.toml" was changed meanwhile, so nothing was written', "look at it, and make the change again"
    gone = 'the prompt of "hero" cannot be edited here: "assetgen.toml" is gone', "make the change by hand"
    assert (caught.value.message, caught.value.hint) == (gone if theirs is None else changed)
    assert (path.read_text() if path.exists() else None) == theirs


def test_two_edits_from_one_look_at_the_project(desk):
    desk.write('[assets.hero]\nprompt = "a fox"\n[assets.owl]\nprompt = "an owl"\n')
    with opened(desk.path, {}) as workspace:
        write(workspace, "hero", "prompt", "a hen")
        with pytest.raises(UsageError, match="changed meanwhile"):
            write(workspace, "owl", "prompt", "a hen")


# --- hostile prompts, and any text


@pytest.mark.parametrize("like", ['"a fox"', "'a fox'", '"""a fox"""', '"""\na fox\n"""', "'''a fox'''", "'''\na fox\n'''"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_hostile_prompts_come_back_as_they_were(desk, like, newline):
    for number, prompt in enumerate(HOSTILE):
        text = f"# before\n[assets.hero]\nprompt = {like} # behind\nseed = 3\n[assets.other]\nprompt = 'o'\n".replace("\n", newline)
        try:
            made = rewritten(HEAD + text, "assetgen.toml", [Put(("assets", "hero", "prompt"), prompt)])
        except UnwritableError as error:
            pytest.fail(f"{number}: {prompt!r}: {error.message}")
        assert tomllib.loads(made)["assets"] == {"hero": {"prompt": prompt, "seed": 3}, "other": {"prompt": "o"}}
        before, after = made.split(" # behind")[-1], text.split(" # behind")[-1]
        assert before == after
        assert newline == "\n" or "\n" not in made.removeprefix(HEAD).replace("\r\n", "")


def test_hostile_prompts_are_written_and_read_by_the_program_itself(desk):
    desk.write('# mine\n[assets.hero]\nprompt = """\na fox""" # red\n[assets.other]\nprompt = "o"\n')
    refused = 0
    for prompt in HOSTILE:
        before = desk.text()
        try:
            desk("hero", "prompt", prompt)
        except AssetgenError:
            refused += 1
            assert desk.text() == before
        else:
            assert desk.editable("hero").value == prompt
            assert desk.text().endswith(' # red\n[assets.other]\nprompt = "o"\n')
    assert refused <= 3


@given(
    st.text(),
    st.sampled_from(['""', "''", '""""""', '"""\n"""', '"""\r\n"""', "''''''", "'''\n'''", "'''\r\n'''", ""]),
    st.sampled_from(["\n", "\r\n"]),
)
@example('"', '""""""', "\n")
@example("'", "''''''", "\n")
@example('"""', '"""\n"""', "\n")
@example('\\"""\\', '"""\n"""', "\r\n")
def test_any_text_comes_back(value, like, newline):
    assert tomllib.loads(f"key = {quoted(value, like, newline)}") == {"key": value}


@given(
    st.text(min_size=1).filter(lambda text: "\0" not in text),
    st.sampled_from(["'a'", '"a"', '"""a"""', "'''a'''"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_text_comes_back_within_brackets(value, like, newline):
    text = f"# one\nhero = {{ prompt = {like}, edits = [{like}, {like}] }} # two\n".replace("\n", newline)
    made = rewritten(text, "assetgen.toml", [Put(("hero", "prompt"), value), Put(("hero", "edits", 1), value)])
    assert tomllib.loads(made) == {"hero": {"prompt": value, "edits": ["a", value]}}
    assert made.endswith(f"] }} # two{newline}")
