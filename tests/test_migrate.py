"""`assetgen migrate`: what it shows, what it writes, and that nothing else changes."""

import json
import tomllib
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assetgen.catalog import migrating, parse
from assetgen.engine import migrate
from assetgen.engine.survey import look
from assetgen.engine.workspace import catalog
from assetgen.errors import UsageError
from assetgen.manifest.rewriting import Add, Put, Remove, Rename, UnwritableError, applied, rewritten
from assetgen.model import Ratio, Size
from assetgen.report import document
from tests.projects import results

CATALOG = catalog()
HEAD = "version = 1\n\n"


@pytest.fixture
def migrated(tmp_path):
    """What a migration of this manifest would do; `write` carries it out."""

    def run(text, old, new, *, files=None, write=False, **options):
        (tmp_path / "assetgen.toml").write_bytes((HEAD + text).encode())
        for name, content in (files or {}).items():
            (tmp_path / name).write_text(content)
        with look(tmp_path, environ={}) as seen:
            made = migrate.migration(seen, old, new, **options)
            if write:
                migrate.write(seen.workspace, made)
        return made

    return run


def new_text(made, file="assetgen.toml"):
    return made.texts[file].decode().removeprefix(HEAD)


def changed(made):
    return [(one.subject, one.old, one.new) for one in made.rewrites]


# --- what changes


def test_only_the_model_changes_where_the_other_one_takes_the_rest(migrated):
    text = '# ours\n[assets.hero] # the first\nprompt = "a fox"\nmodel  = "dall-e-3"   # was good\nsize = "1024x1024"\n'
    made = migrated(text, "dall-e-3", "gpt-image-2")
    assert new_text(made) == text.replace('"dall-e-3"', '"gpt-image-2"')
    assert changed(made) == [("assets.hero.model", "dall-e-3", "gpt-image-2")]
    (move,) = made.moves
    assert (move.before.price.high, move.after.price.high, move.built, move.again) == (Decimal("0.04"), Decimal("0.211"), False, False)


def test_aliases_defaults_edits_and_included_files_are_followed(migrated):
    text = (
        'include = ["more.toml"]\n[defaults]\nmodel = "dall-e-3"\n[models.good]\nuse = \'dall-e-3\'\n[assets.a]\nprompt = "a"\n'
        '[assets.b]\nprompt = "b"\nmodel = "good"\n[assets.c]\nprompt = "c"\nmodel = "flux-dev"\n'
    )
    more = '[assets.d]\nprompt = "d"\nmodel = "sketch"\nedits = ["darker", { prompt = "lighter", model = "dall-e-3" }]\n'
    made = migrated(text, "dall-e-3", "gpt-image-2", files={"more.toml": more})
    assert [one.subject for one in made.rewrites] == ["defaults.model", "models.good.use", "assets.d.edits[1].model"]
    assert [move.after.name for move in made.moves] == ["a", "b", "d~2"]
    assert new_text(made) == text.replace('"dall-e-3"', '"gpt-image-2"').replace("'dall-e-3'", "'gpt-image-2'")
    assert made.texts["more.toml"].decode() == more.replace("dall-e-3", "gpt-image-2")


def test_parameters_are_renamed_bounded_or_dropped(migrated):
    text = (
        '[assets.a]\nprompt = "a"\nmodel = "flux-dev"\nprovider = "fal"\n'
        'params = { guidance = 12, steps = 28, acceleration = "high" }\n\n'
        '[assets.b]\nprompt = "b"\nmodel = "flux-dev"\n[assets.b.params]\n# how close\nguidance = 3.5 # enough\nsteps = 50 # many\n'
    )
    made = migrated(text, "flux-dev", "sd3.5-large")
    assert [(one.subject, one.old, one.new, one.name, one.why) for one in made.rewrites if "params" in one.subject] == [
        ("assets.a.params.acceleration", "high", None, "", '"sd3.5-large" has no such parameter'),
        ("assets.b.params.guidance", 3.5, 3.5, "cfg_scale", '"sd3.5-large" calls it cfg_scale'),
        ("assets.b.params.steps", 50, None, "", '"sd3.5-large" has no such parameter'),
    ]
    assert new_text(made) == (
        '[assets.a]\nprompt = "a"\nmodel = "sd3.5-large"\nprovider = "fal"\n'
        "params = { guidance = 12, steps = 28 }\n\n"
        '[assets.b]\nprompt = "b"\nmodel = "sd3.5-large"\n[assets.b.params]\n# how close\ncfg_scale = 3.5 # enough\n# many\n'
    )


def test_sizes_and_providers_follow(migrated):
    text = '[assets.a]\nprompt = "a"\nmodel = "flux-dev"\nvia = ["fal", "replicate"]\nsize = [1216, 832]\n'
    made = migrated(text, "flux-dev", "gpt-image-1.5")
    assert changed(made) == [
        ("assets.a.model", "flux-dev", "gpt-image-1.5"),
        ("assets.a.via", ["fal", "replicate"], None),
        ("assets.a.size", [1216, 832], [1536, 1024]),
    ]
    assert new_text(made) == '[assets.a]\nprompt = "a"\nmodel = "gpt-image-1.5"\nsize = [1536, 1024]\n'


def test_what_is_lost_and_gained_is_told(migrated):
    text = '[assets.a]\nprompt = "a"\nmodel = "flux-dev"\nseed = 3\nnegative = "fog"\n'
    (move,) = migrated(text, "flux-dev", "gpt-image-2").moves
    assert (move.lost, move.gained) == (("seed",), ())
    (move,) = migrated(text, "flux-dev", "ideogram-3").moves
    assert (move.lost, move.gained) == ((), ("negative",))


def test_what_the_other_model_refuses_is_told(migrated):
    text = '[assets.a]\nprompt = "a"\nmodel = "flux-dev"\nloras = ["acme/x"]\n'
    (move,) = migrated(text, "flux-dev", "gpt-image-2").moves
    assert (move.after.state.value, move.after.reasons[-1].text) == ("blocked", 'openai: "gpt-image-2" takes no LoRA')


def test_what_stays_keeps_a_shared_value_as_its_own(migrated, tmp_path):
    text = (
        '[defaults]\nmodel = "dall-e-3"\nsize = "1792x1024"\nparams = { quality = "hd", style = "vivid" } # good\n'
        '[assets.a]\nprompt = "a"\n[assets.b]\nprompt = "b"\n'
        '[assets.old]\nprompt = "old"\nmodel = "gpt-image-1"\nsize = "1024x1024"\n'
        '[assets.older]\nprompt = "older"\nmodel = "gpt-image-1"\nsize = "1024x1024"\nparams = { quality = "low" }\n'
        '[assets.wide]\nprompt = "wide"\nmodel = "gpt-image-2"\n[assets.wide.params]\nbackground = "opaque"\n'
    )
    made = migrated(text, "dall-e-3", "gpt-image-1.5", write=True)
    assert (made.left, made.blocked) == ((), ())
    assert new_text(made) == (
        '[defaults]\nmodel = "gpt-image-1.5"\nsize = "1536x1024"\nparams = {} # good\n'
        '[assets.a]\nprompt = "a"\n[assets.b]\nprompt = "b"\n'
        '[assets.old]\nparams = { quality = "hd", style = "vivid" }\nprompt = "old"\nmodel = "gpt-image-1"\nsize = "1024x1024"\n'
        '[assets.older]\nprompt = "older"\nmodel = "gpt-image-1"\nsize = "1024x1024"\nparams = { quality = "low", style = "vivid" }\n'
        '[assets.wide]\nsize = "1792x1024"\nprompt = "wide"\nmodel = "gpt-image-2"\n'
        '[assets.wide.params]\nquality = "hd"\nstyle = "vivid"\nbackground = "opaque"\n'
    )
    assert {one.why for one in made.rewrites if one.old is None} == {f'"{name}" stays as it is' for name in ("old", "older", "wide")}
    with look(tmp_path, environ={}) as seen:
        assert [seen.plan.assets[name].state.value for name in ("a", "b")] == ["generate", "generate"]


SHARED = (
    '[defaults]\nmodel = "flux-dev"\nparams = { steps = 30 }\n[assets.a]\nprompt = "a"\n[assets.b]\nprompt = "b"\n'
    '[assets.c]\nprompt = "c"\nmodel = "flux-2-flex"\nedits = ["darker"]\n'
)


def test_a_value_that_others_share_and_cannot_have_alone_is_left_to_a_person_in_one_line(migrated):
    made = migrated(SHARED, "flux-dev", "flux-schnell")
    assert changed(made) == [("defaults.model", "flux-dev", "flux-schnell")]
    assert made.left == (
        'defaults.params.steps = 30 does not suit "flux-schnell", and "c~0" and "c~1" have it as well: give "a" and "b" one of their own',
    )
    assert made.blocked == ("a", "b")


def test_nothing_is_written_that_blocks_what_can_be_built(project):
    manifest = project.write("assetgen.toml", HEAD + SHARED)
    done = project("migrate", "flux-dev", "flux-schnell")
    assert done.stderr.splitlines()[-1] == 'note: --write is refused: it would block "a" and "b", which can be built now'
    assert "--write" not in done.stdout
    done = project("migrate", "flux-dev", "flux-schnell", "--write", code=2)
    assert done.stderr == (
        'error: "a" and "b" would be blocked with "flux-schnell", so nothing was written\n'
        "hint: assetgen migrate flux-dev flux-schnell tells why\n"
    )
    assert manifest.read_text() == HEAD + SHARED


def test_the_placeholder_that_nobody_names_can_be_left_for_a_model(migrated):
    text = '[assets."web/a"]\nprompt = "a"\n\n[assets.b]\nprompt = "b"\n'
    made = migrated(text, "sketch", "gpt-image-2")
    assert new_text(made) == '[assets."web/a"]\nmodel = "gpt-image-2"\nprompt = "a"\n\n[assets.b]\nmodel = "gpt-image-2"\nprompt = "b"\n'


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("flux-dve", "gpt-image-2", 'no asset uses the model "flux-dve"', "did you mean flux-dev"),
        ("flux-dev", "gpt-image2", 'the catalog has no model "gpt-image2"', "did you mean gpt-image-2"),
        ("good", "gpt-image-2", '"good" is an alias for "flux-dev"', "assetgen migrate flux-dev gpt-image-2"),
        ("sketch", "good", '"good" is an alias for "flux-dev"', "assetgen migrate sketch flux-dev"),
        ("flux-dev", "flux-dev", 'both models are "flux-dev"', "assetgen migrate OLD NEW"),
    ],
)
def test_names_that_mean_nothing_are_refused(migrated, old, new, message, hint):
    with pytest.raises(UsageError) as caught:
        migrated('[models.good]\nuse = "flux-dev"\n[assets.a]\nprompt = "a"\n', old, new)
    assert (caught.value.message, caught.value.hint) == (message, hint)


# --- pictures that are built


def test_a_built_asset_is_bought_again_and_says_so(shop):
    shop.write('[assets.a]\nprompt = "a fox"\n\n[assets.b]\nprompt = "an owl"\n')
    assert results(shop.build("a")) == {"a": "done"}
    with look(shop.path, environ=shop.env()) as seen:
        made = migrate.migration(seen, "gpt-image-2", "gpt-image-2.5-flare")
        kept = migrate.migration(seen, "gpt-image-2", "gpt-image-2.5-flare", only_unbuilt=True)
        assert [(move.after.name, move.built, move.again, move.bought) for move in made.moves] == [
            ("a", True, True, True),
            ("b", False, False, True),
        ]
        assert ([move.after.name for move in kept.moves], kept.kept) == (["b"], ("a",))
        assert [(type(one.edits[0]).__name__, one.subject) for one in kept.rewrites] == [("Add", "assets.b.model")]
        migrate.write(seen.workspace, kept)
    assert shop.states() == {"a": "fresh", "b": "generate"}


def test_assets_of_a_retired_model_stay_fresh_until_they_are_moved(shop):
    shop.write('[models.gpt-image-2]\nshutdown = 2020-01-01\n\n[assets.a]\nprompt = "a fox"\n')
    assert results(shop.build()) == {"a": "done"}
    assert shop.states() == {"a": "fresh"}
    with look(shop.path, environ=shop.env()) as seen:
        (move,) = migrate.migration(seen, "gpt-image-2", "gpt-image-2.5-flare").moves
    assert (move.again, move.after.state.value) == (True, "generate")
    shop.edit('"a fox"\n', '"a fox"\nfreeze = true\n')
    with look(shop.path, environ=shop.env()) as seen:
        (move,) = migrate.migration(seen, "gpt-image-2", "gpt-image-2.5-flare").moves
    assert (move.built, move.again, move.after.state.value) == (True, False, "fresh")


# --- writing


def test_what_is_written_is_what_was_shown_and_a_second_time_there_is_nothing(migrated, tmp_path):
    text = '[assets.a]\r\nprompt = "a"\r\nmodel = "dall-e-3" # old\r\n'
    made = migrated(text, "dall-e-3", "gpt-image-2", write=True)
    assert (tmp_path / "assetgen.toml").read_bytes() == made.texts["assetgen.toml"]
    assert b'model = "gpt-image-2" # old\r\n' in made.texts["assetgen.toml"]
    with look(tmp_path, environ={}) as seen:
        again = migrate.migration(seen, "dall-e-3", "gpt-image-2")
    assert (again.texts, again.moves, again.rewrites) == ({}, (), ())


def test_a_file_that_changes_in_between_is_not_written(tmp_path):
    file = tmp_path / "assetgen.toml"
    file.write_text(HEAD + '[assets.a]\nprompt = "a"\nmodel = "dall-e-3"\n')
    with look(tmp_path, environ={}) as seen:
        made = migrate.migration(seen, "dall-e-3", "gpt-image-2")
        file.write_text(HEAD + '[assets.a]\nprompt = "b"\nmodel = "dall-e-3"\n')
        with pytest.raises(UsageError, match=r"was changed meanwhile"):
            migrate.write(seen.workspace, made)
    assert 'prompt = "b"' in file.read_text()


NAMES = st.sampled_from(["hero", "icon", "a-b", '"web/x"', "z"])
COMMENTS = st.lists(st.sampled_from(["# plain", '# model = "dall-e-3"', "# [assets.x]", "# ünï 'q' \"q\" \\", ""]), max_size=3)
FIELDS = {
    "model": st.sampled_from(['"dall-e-3"', "'dall-e-3'", '"sketch"', '"""dall-e-3"""', '"good"']),
    "size": st.sampled_from(['"1024x1024"', "[1792, 1024]", '"16:9"']),
    "params": st.sampled_from(
        [
            '{ quality = "hd" }',
            '{style = "vivid", quality="standard"}',
            "{ quality = 'hd', style = \"natural\" }",
            "{}",
            "{ unknown = [1, # x\n 2] }",
        ]
    ),
    "alt": st.sampled_from(['"dall-e-3"', '"""\nmodel = "dall-e-3" # no comment\n"""']),
    "seed": st.sampled_from(["3", "0x1F"]),
}


@st.composite
def manifests(draw):
    """Manifests of many layouts: comments everywhere, tables in braces and with a header, aliases and defaults."""
    lines = ["version = 1", *draw(COMMENTS)]
    if draw(st.booleans()):
        lines += ["[defaults] # for all", "model = " + draw(FIELDS["model"])]
    used = draw(st.sampled_from(['"dall-e-3"', '"gpt-image-2"']))
    lines += ["[models.good]", f"use = {used}  # alias", *draw(COMMENTS), "[assets] # all"]
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    inline = draw(st.integers(0, len(names)))
    for number, name in enumerate(names):
        items = [f"prompt = 'a {number}'"] + [f"{key} = {draw(values)}" for key, values in FIELDS.items() if draw(st.booleans())]
        if number < inline:
            items = [item for item in items if "\n" not in item]
            lines += [f"{name} = {{ {', '.join(items)} }} # inline", *draw(COMMENTS)]
        else:
            lines += [f"[assets.{name}]  # head"]
            for item in items:
                lines += [*draw(COMMENTS), item + draw(st.sampled_from(["", " # behind", "\t#tab"]))]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join("\n".join(lines).split("\n")) + draw(st.sampled_from([end, ""]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=manifests())
def test_every_comment_and_every_other_line_survives(tmp_path, text):
    file = tmp_path / "assetgen.toml"
    file.write_bytes(text.encode())
    before = tomllib.loads(text.replace("\r\n", "\n"))
    with look(tmp_path, environ={}) as seen:
        made = migrate.migration(seen, "dall-e-3", "gpt-image-2")
        migrate.write(seen.workspace, made)
    after = file.read_bytes().decode()
    touched = {one.place.line for one in made.rewrites if not isinstance(one.edits[0], Add)}
    lines = text.split("\n")
    remaining = iter(after.split("\n"))
    untouched = [line for number, line in enumerate(lines, 1) if number not in touched]
    assert all(any(line == other for other in remaining) for line in untouched), after
    for number in touched:
        for comment in ("# behind", "#tab", "# inline", "# alias"):
            assert lines[number - 1].rstrip().endswith(comment) <= (comment in after)
    values = tomllib.loads(after.replace("\r\n", "\n"))
    moved = {"model", "size", "params"}
    assert {name: _without(table, moved) for name, table in values["assets"].items()} == {
        name: _without(table, moved) for name, table in before["assets"].items()
    }
    with look(tmp_path, environ={}) as seen:
        assert all(asset.model != "dall-e-3" for asset in seen.workspace.manifest.assets.values())
        assert migrate.migration(seen, "dall-e-3", "gpt-image-2").texts == {}


def _without(table, keys):
    return {key: value for key, value in table.items() if key not in keys}


# --- texts


@pytest.mark.parametrize(
    ("text", "edits", "wanted"),
    [
        ("a = 1 # x\n", [Put(("a",), "q")], 'a = "q" # x\n'),
        ("a = 'x'\n", [Put(("a",), "q")], "a = 'q'\n"),
        ("a = 'x'\n", [Put(("a",), "it's")], 'a = "it\'s"\n'),
        ("[t]\na.b = 1\n", [Put(("t", "a", "b"), 2)], "[t]\na.b = 2\n"),
        ("t = { a = 1, b = 2, c = 3 }\n", [Remove(("t", "a"))], "t = { b = 2, c = 3 }\n"),
        ("t = { a = 1, b = 2, c = 3 }\n", [Remove(("t", "c")), Remove(("t", "b"))], "t = { a = 1 }\n"),
        ("t = { a = 1, b = 2, c = 3 }\n", [Remove(("t", "a")), Remove(("t", "b"))], "t = { c = 3 }\n"),
        ("t = {a=[1, # one\n 2],b=2} # t\n", [Rename(("t", "b"), "x y")], 't = {a=[1, # one\n 2],"x y"=2} # t\n'),
        ("[p.params]\na = 1\n", [Remove(("p", "params", "a"))], "[p.params]\n"),
        ("x = { params = { a = 1 } }\n", [Remove(("x", "params", "a"))], "x = { params = {} }\n"),
        ("  a = 1  # why\nb = 2", [Remove(("a",))], "  # why\nb = 2"),
        ("a = 1\nb = 2", [Remove(("b",))], "a = 1\n"),
        ("[t]\nb = 2\n", [Add(("t", "a"), True)], "[t]\na = true\nb = 2\n"),
        ("[t]", [Add(("t", "a"), 1.5)], "[t]\na = 1.5"),
        ("t = {}\n", [Add(("t", "a"), [1])], "t = { a = [1] }\n"),
        ("t = { b = 2 }\n", [Add(("t", "a"), {"c": "d"})], 't = { b = 2, a = { c = "d" } }\n'),
        ("[[t]]\na = 1\n[[t]]\na = 2\n", [Put(("t", 1, "a"), 3)], "[[t]]\na = 1\n[[t]]\na = 3\n"),
    ],
)
def test_a_text_is_changed_at_one_place(text, edits, wanted):
    made = rewritten(text, "x.toml", edits)
    assert made == wanted
    if "params" not in text:
        assert tomllib.loads(made) == applied(tomllib.loads(text), edits)


@pytest.mark.parametrize(
    ("text", "edit", "message"),
    [
        ("a.b = 1\n", Put(("a",), 2), '"x.toml" cannot be rewritten: a is not written in a way that can be changed'),
        ("[t.u]\nb = 1\n", Add(("t", "a"), 2), '"x.toml" cannot be rewritten: t.a is not written in a way that can be changed'),
        ("[t]\na = 1\n", Add(("t", "a"), 2), '"x.toml" cannot be rewritten: a key is defined twice'),
        ("a = 1\nb = 2\n", Rename(("a",), "b"), '"x.toml" cannot be rewritten: a key is defined twice'),
    ],
)
def test_what_cannot_be_changed_alone_is_refused(text, edit, message):
    with pytest.raises(UnwritableError) as caught:
        rewritten(text, "x.toml", [edit])
    assert caught.value.message.replace("the key is", "a key is") == message


# --- parameters and sizes


@pytest.mark.parametrize(
    ("new", "given", "wanted"),
    [
        ("flux-2-flex", {"steps": 90}, [("steps", "steps", 50)]),
        ("flux-2-flex", {"guidance": 0.5}, [("guidance", "guidance", 1.5)]),
        ("sd3.5-large", {"guidance": 30}, [("guidance", "cfg_scale", 10)]),
        ("sd3.5-large", {"guidance": 4.5}, [("guidance", "cfg_scale", 4.5)]),
        ("sd3.5-large", {"guidance": 4, "cfg_scale": 5}, [("guidance", None, None)]),
        ("gpt-image-2", {"steps": 28}, [("steps", None, None)]),
        ("gpt-image-2", {"steps": 28, "other": 1}, [("steps", None, None)]),
        ("flux-dev", {"steps": 28}, []),
    ],
)
def test_a_parameter_becomes_what_the_other_model_takes(new, given, wanted):
    model = CATALOG.models[new]
    found = migrating.params(CATALOG.models["flux-dev"], model, next(iter(model.services)), given)
    assert [(moved.name, moved.new_name, moved.new) for moved in found] == wanted


def test_letters_of_a_choice_may_differ_and_a_choice_without_like_is_dropped():
    made = parse({"x.toml": '[models.m]\nsizes = ["64x64"]\nparams.speed = { type = "string", choices = ["TURBO", "BEST"] }'})
    for value, wanted in (("turbo", ("speed", "TURBO")), ("slow", (None, None)), (3, (None, None))):
        (moved,) = migrating.params(None, made.models["m"], None, {"speed": value})
        assert (moved.new_name, moved.new) == wanted


def test_a_size_that_is_offered_stays():
    model = CATALOG.models["gpt-image-1.5"]
    assert migrating.size(model, "openai", Size(1024, 1024)) is None
    assert migrating.size(model, "openai", Ratio(16, 9)) is None
    assert migrating.size(model, "openai", Size(1000, 600)) == Size(1536, 1024)


# --- the command


def test_the_command_shows_and_writes(project):
    text = HEAD + '# ours\n[assets.a]\nprompt = "a"\nmodel = "gpt-image-2" # good\nseed = 3\n'
    project.write("assetgen.toml", text)
    done = project("migrate", "gpt-image-2", "flux-1.1-pro")
    assert done.stdout == (
        'assetgen.toml:6 assets.a.model: "gpt-image-2" -> "flux-1.1-pro"\n'
        "ASSET  BEFORE            AFTER\n"
        "a      $0.006 to $0.211  $0.04  generate\n"
        "                                gains: seed\n"
        "1 asset; $0.04 for all, $0.006 to $0.211 before\n"
        "run: assetgen migrate gpt-image-2 flux-1.1-pro --write\n"
    )
    assert (project.path / "assetgen.toml").read_text() == text
    made = json.loads(project("migrate", "gpt-image-2", "flux-1.1-pro", "--write", "--json").stdout)
    jsonschema.validate(made, document.schema())
    assert (project.path / "assetgen.toml").read_text() == text.replace("gpt-image-2", "flux-1.1-pro")
    assert made["summary"]["written"] == ["assetgen.toml"]
    assert made["changes"] == [
        {
            "field": "assets.a.model",
            "old": "gpt-image-2",
            "new": "flux-1.1-pro",
            "place": {"file": "assetgen.toml", "line": 6, "column": 9},
        }
    ]
    assert made["summary"]["moves"][0] | {"before": 0} == {
        "name": "a",
        "before": 0,
        "after": {"low": 0.04, "high": 0.04},
        "state": "generate",
        "built": False,
        "bought_again": False,
        "lost": [],
        "gained": ["seed"],
    }
    assert project("migrate", "gpt-image-2", "flux-1.1-pro").stdout == 'no asset moves from "gpt-image-2" to "flux-1.1-pro"\n'
