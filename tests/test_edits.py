"""Chains of edits: each is asked for once, kept in the lock, and dropped or undone for free."""

from decimal import Decimal

import pytest

from assetgen.engine import edit
from assetgen.engine.build import Options, run
from assetgen.engine.pick import pick
from assetgen.errors import UsageError
from assetgen.journal import Journal
from assetgen.model import Control, Local, Lora, Margins, Upstream
from assetgen.plan.states import JobState, OpenJob
from tests.manifests import faults_of, load_text
from tests.projects import HERO, results
from tests.servers.pictures import draw

EDITED = HERO + 'edits = ["make the sky darker", "add a moon"]\n'


def pictures(shop):
    """The original of each asset in the lock, by its first digits."""
    return {name: block.original.sha256[:8] if block.original else None for name, block in shop.locked().items()}


def test_an_edited_asset_becomes_a_chain_of_versions():
    made = load_text(
        """
[defaults]
model = "flux-dev"
params = { steps = 20 }
[assets.hero]
prompt = "a fox"
style = "blueprint"
size = "512x512"
seed = 7
outputs = ["hero.webp"]
tags = ["t"]
edits = [
  "darker sky",
  { prompt = "a moon over {name}", mask = "art/sky.png", model = "gpt-image-2", references = ["@logo"], params = { quality = "low" } },
  { prompt = "wider", expand = { left = 64 }, params = { strength = 0.5 } },
]
[assets.logo]
file = "art/logo.png"
""",
        {},
    ).assets
    assert list(made) == ["hero~0", "hero~1", "hero~2", "hero~3", "hero", "logo"]
    first, second, third = made["hero~1"], made["hero~2"], made["hero~3"]
    assert (made["hero~0"].outputs, made["hero~0"].seed, made["hero~0"].tags, made["hero~0"].params) == ((), 7, ("t",), {"steps": 20})
    assert (first.prompt, first.model, first.seed, first.size, first.references) == (
        "darker sky",
        "flux-dev",
        7,
        None,
        (Upstream("hero~0"),),
    )
    assert (second.prompt, second.model, second.params) == ("a moon over hero", "gpt-image-2", {"quality": "low"})
    assert (second.references, second.mask) == ((Upstream("hero~1"), Upstream("logo")), Local("art/sky.png"))
    assert (third.params, third.expand) == ({"steps": 20, "strength": 0.5}, Margins(left=64))
    assert [output.path for output in made["hero"].outputs] == ["hero.webp"]
    assert (made["hero"].versions, made["hero"].generated, made["hero"].table) == (("hero~0", "hero~1", "hero~2", "hero~3"), False, "hero")


def test_a_matrix_is_edited_variant_by_variant_and_a_file_may_be_edited_too():
    made = load_text(
        """
[assets.icon]
matrix = { theme = ["light", "dark"] }
prompt = "an icon"
outputs = ["{theme}.png"]
edits = ["more {theme}"]
[assets.logo]
file = "art/logo.png"
model = "gpt-image-2"
edits = ["in gold"]
"""
    ).assets
    assert made["icon~1[theme=dark]"].references == (Upstream("icon~0[theme=dark]"),)
    assert made["icon[theme=dark]"].versions == ("icon~0[theme=dark]", "icon~1[theme=dark]")
    assert (made["logo~0"].file, made["logo~1"].model, made["logo"].versions) == ("art/logo.png", "gpt-image-2", ("logo~0", "logo~1"))


def test_loras_and_controls():
    made = load_text(
        """
[assets.pose]
prompt = "a pose"
[assets.a]
prompt = "a fox"
loras = ["owner/name", { id = "https://example.org/x.safetensors", scale = 0.5 }, { file = "art/{name}.safetensors" }]
controls = [{ kind = "pose", image = "@pose", scale = 0.7 }, { kind = "canny", image = "art/edges.png", model = "owner/canny" }]
"""
    ).assets["a"]
    assert made.loras == (
        Lora(id="owner/name"),
        Lora(id="https://example.org/x.safetensors", scale=0.5),
        Lora(file="art/a.safetensors"),
    )
    assert made.controls == (
        Control(kind="pose", image=Upstream("pose"), scale=0.7),
        Control(kind="canny", image=Local("art/edges.png"), model="owner/canny"),
    )
    assert made.param_files == ("art/a.safetensors",)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("edits = []", (4, 1, "assets.a.edits: there is no edit in it", "remove edits")),
        ("edits = [{ mask = 'm.png' }]", (4, 10, 'assets.a.edits[0].prompt: "prompt" is missing', "")),
        ("edits = [1]", (4, 10, "assets.a.edits[0]: expected a prompt or a table with one, found an integer", "")),
        (
            'edits = ["x", { prompt = "y", masc = "z" }]',
            (4, 31, 'assets.a.edits[1].masc: unknown key "masc"', 'did you mean "mask"?'),
        ),
        (
            'edits = [{ prompt = "y", model = "gpt-imag-2" }]',
            (4, 34, 'assets.a.edits[0].model: unknown model "gpt-imag-2"', 'did you mean "gpt-image-2"?'),
        ),
        (
            'edits = ["y {z}"]',
            (4, 10, 'assets.a.edits[0].prompt: "{z}" is not known here', 'write "{{z}}" if the braces are meant'),
        ),
        (
            'edits = [{ prompt = "y", references = ["@nobody"] }]',
            (4, 40, 'assets.a.edits[0].references[0]: no asset has the name "nobody"', "a file of the project is written without @"),
        ),
        (
            'edits = [{ prompt = "y", mask = "m.png", expand = { left = 1 } }]',
            (4, 26, 'assets.a.edits[0].mask: "mask" and "expand" exclude one another', "two edits, one after the other"),
        ),
        (
            'edits = [{ prompt = "y", expand = {} }]',
            (4, 35, "assets.a.edits[0].expand: no side is to be expanded", "expand = { left = 256, right = 256 }"),
        ),
        (
            "expand = { left = 4 }",
            (4, 1, 'assets.a.expand: "expand" has no meaning without "references"', 'references = ["@name"], the picture to continue'),
        ),
        (
            "loras = [{ scale = 1 }]",
            (4, 10, 'assets.a.loras[0]: a LoRA has an "id" or a "file"', 'loras = [{ file = "art/style.safetensors", scale = 0.8 }]'),
        ),
        (
            'loras = [{ file = "a.ckpt" }]',
            (
                4,
                19,
                'assets.a.loras[0].file: "a.ckpt" is no file of safetensors',
                "other forms of weights may run code when they are read",
            ),
        ),
        ('controls = [{ image = "a.png" }]', (4, 13, 'assets.a.controls[0].kind: "kind" is missing', "")),
        (
            'controls = [{ kind = "pose", image = "@a" }]',
            (4, 12, 'assets.a.controls: assets refer to each other in a circle: "@a" -> "@a"', "remove one of the references"),
        ),
    ],
)
def test_what_is_wrong_with_an_edit_is_said_at_its_place(line, fault):
    found = faults_of(f'version = 1\n[assets.a]\nprompt = "x"\n{line}\n')
    assert [(one[1], one[2], one[3], one[4]) for one in found] == [fault]


def test_every_edit_is_asked_for_once_with_the_picture_before_it(shop):
    shop.write(EDITED)
    plan = shop.plan()
    assert {name: planned.state.value for name, planned in plan.assets.items()} == {
        "hero~0": "generate",
        "hero~1": "waits",
        "hero~2": "waits",
        "hero": "waits",
    }
    assert plan.price is not None
    assert plan.price.high == 3 * plan.assets["hero~0"].price.high > 0
    assert results(shop.build()) == dict.fromkeys(("hero~0", "hero~1", "hero~2", "hero"), "done")
    assert [seen.path.rpartition("/")[2] for seen in shop.server.requests] == ["generations", "edits", "edits"]
    blocks = shop.locked()
    assert [one.sha256 for one in blocks["hero"].candidates] == [blocks[f"hero~{n}"].original.sha256 for n in range(3)]
    assert blocks["hero"].original == blocks["hero~2"].original
    assert (results(shop.build()), shop.asked) == (dict.fromkeys(("hero~0", "hero~1", "hero~2", "hero"), "fresh"), 3)


def test_an_edit_is_undone_and_done_again_for_free(shop):
    shop.write(EDITED).build()
    last = (shop.path / "hero.png").read_bytes()
    free = {"free_only": True}
    told = pick(shop.path, "hero", None, back=True)
    first = shop.locked()["hero~1"].original.sha256
    assert told == [f"hero: picked {first[:12]}", "hero: wrote hero.png"]
    assert (shop.path / "hero.png").read_bytes() != last
    assert (shop.state(), results(shop.build(**free))["hero"]) == ("fresh", "fresh")
    pick(shop.path, "hero", None, back=True)
    assert pictures(shop)["hero"] == pictures(shop)["hero~0"]
    with pytest.raises(UsageError) as caught:
        pick(shop.path, "hero", None, back=True)
    assert caught.value.message == '"hero" has nothing before the present picture'
    pick(shop.path, "hero", "3")
    assert ((shop.path / "hero.png").read_bytes(), shop.asked) == (last, 3)
    assert [line.split("  ")[0] for line in pick(shop.path, "hero", None)] == [" 1", " 2", "*3"]


def test_an_edit_is_dropped_and_taken_up_again_for_free(shop):
    shop.write(EDITED).build()
    last = (shop.path / "hero.png").read_bytes()
    shop.edit(', "add a moon"', "")
    assert shop.states() == {"hero~0": "fresh", "hero~1": "fresh", "hero": "finish"}
    shop.build(free_only=True)
    assert pictures(shop)["hero"] == pictures(shop)["hero~1"]
    shop.edit('"make the sky darker"', '"make the sky darker", "add a moon"')
    shop.build(free_only=True)
    assert ((shop.path / "hero.png").read_bytes(), shop.asked) == (last, 3)


def test_the_first_edit_and_the_last_buy_nothing_that_is_there(shop):
    shop.write(HERO).build()
    before = (shop.path / "hero.png").read_bytes()
    (paid,) = pictures(shop).values()
    shop.edit('prompt = "a red fox"\n', 'prompt = "a red fox"\nedits = ["make the sky darker"]\n')
    assert shop.states() == {"hero~0": "finish", "hero~1": "generate", "hero": "waits"}
    assert results(shop.build()) == {"hero~0": "done", "hero~1": "done", "hero": "done"}
    assert (shop.asked, pictures(shop)["hero~0"]) == (2, paid)
    assert (shop.path / "hero.png").read_bytes() != before
    shop.edit('edits = ["make the sky darker"]\n', "")
    assert results(shop.build(free_only=True)) == {"hero": "done"}
    assert ((shop.path / "hero.png").read_bytes(), shop.asked) == (before, 2)


def test_the_first_edit_in_a_fresh_clone_buys_nothing_that_is_locked(shop, tmp_path):
    shop.write('[store]\noriginals = "art"\n' + HERO, head=HEAD).build()
    (paid,) = pictures(shop).values()
    shop.edit('prompt = "a red fox"\n', 'prompt = "a red fox"\nedits = ["make the sky darker"]\n')
    shop.store.remove(shop.locked()["hero"].original.sha256)
    shop.build()
    assert (shop.asked, pictures(shop)["hero~0"]) == (2, paid)


HEAD = 'version = 1\n[defaults]\nmodel = "gpt-image-2"\nsize = "1024x1024"\npost = [{ op = "resize", width = 64 }]\n'


def test_a_changed_edit_asks_for_itself_and_what_follows_only(shop):
    shop.write(EDITED).build()
    shop.edit("add a moon", "add two moons")
    assert shop.states() == {"hero~0": "fresh", "hero~1": "fresh", "hero~2": "generate", "hero": "waits"}
    shop.build()
    assert shop.asked == 4
    shop.edit("make the sky darker", "make the sky green")
    shop.build()
    assert shop.asked == 6


def test_a_file_is_edited(shop):
    shop.write('[assets.logo]\nfile = "logo.png"\noutputs = ["out.png"]\nedits = ["in gold"]\n')
    (shop.path / "logo.png").write_bytes(draw("logo", 256, 256))
    assert results(shop.build()) == {"logo~0": "done", "logo~1": "done", "logo": "done"}
    (seen,) = shop.server.requests
    assert seen.path.endswith("/edits")
    pick(shop.path, "logo", None, back=True)
    assert (pictures(shop)["logo"], shop.state("logo")) == (pictures(shop)["logo~0"], "fresh")


def test_candidates_of_an_edit_wait_for_a_pick(shop):
    shop.server.rolls = True
    shop.write(HERO + 'edits = [{ prompt = "darker", candidates = 2 }]\n')
    assert results(shop.build()) == {"hero~0": "done", "hero~1": "waits", "hero": "waits"}
    with pytest.raises(UsageError) as caught:
        pick(shop.path, "hero", "1")
    assert caught.value.message == '"hero" has versions that are not there yet: "hero~1"'
    assert caught.value.hint == "assetgen pick hero~1"
    pick(shop.path, "hero~1", "2")
    assert results(shop.build(free_only=True))["hero"] == "done"
    assert pictures(shop)["hero"] == pictures(shop)["hero~1"]


def test_a_version_is_regenerated_by_its_own_name(shop):
    shop.write(EDITED).build()
    with pytest.raises(UsageError) as caught:
        shop.build(regenerate=("hero",))
    assert caught.value.message == '"hero" is made from its versions, not generated'
    assert caught.value.hint == "the last edit is hero~2, the picture before all edits is hero~0"
    shop.build("hero", regenerate=("hero~2",))
    assert (shop.asked, pictures(shop)["hero"]) == (4, pictures(shop)["hero~2"])


@pytest.mark.parametrize(
    "decide", [lambda path: edit.adopt(path, "hero.png", "hero"), lambda path: edit.import_file(path, "hero", path, None)]
)
def test_decisions_about_a_picture_name_a_version(shop, decide):
    shop.write(EDITED).build()
    with pytest.raises(UsageError) as caught:
        decide(shop.path)
    assert (caught.value.message, caught.value.hint) == ('"hero" is made from its versions', "name one of them: hero~0, hero~1, hero~2")


def test_a_budget_holds_for_the_whole_chain(shop):
    shop.write(EDITED)
    price = shop.plan().assets["hero~0"].price.high
    done = results(shop.build(max_cost=price * 2 + Decimal("0.0001")))
    assert done == {"hero~0": "done", "hero~1": "done", "hero~2": "skipped", "hero": "skipped"}


def test_a_lost_version_is_drawn_again_where_that_is_free(shop):
    shop.write('[assets.a]\nprompt = "a forest"\nmodel = "sketch"\nsize = "128x128"\nedits = ["at night"]\n', head="version = 1\n").build()
    before = (shop.path / "a.png").read_bytes()
    for sha256 in list(shop.store.objects()):
        shop.store.remove(sha256)
    (shop.path / "a.png").unlink()
    run(shop.path, Options(), lambda _: None)
    assert (shop.path / "a.png").read_bytes() == before


def test_nothing_of_a_chain_is_paid_whose_end_nobody_can_make(shop):
    shop.write(HERO + 'edits = ["brighter", { prompt = "darker", model = "recraft-v3", provider = "fal" }]\n')
    plan = shop.plan().assets
    assert {name: planned.state.value for name, planned in plan.items()} == dict.fromkeys(plan, "blocked")
    assert plan["hero~2"].reason == 'fal: "recraft-v3" takes no references'
    assert (plan["hero~0"].reason, plan["hero"].reason) == ('"hero~2", an edit of it, is blocked', '"hero~2" is blocked')
    assert (set(results(shop.build()).values()), shop.asked) == ({"blocked"}, 0)


@pytest.mark.parametrize(
    ("own", "provider", "via"), [('provider = "openai"', "openai", ()), ('via = ["openai", "fal"]', None, ("openai", "fal"))]
)
def test_an_edit_that_names_a_provider_keeps_model_and_parameters(own, provider, via):
    text = f"""
[assets.a]
prompt = "a fox"
model = "gpt-image-2"
params = {{ quality = "low" }}
seed = 3
edits = [{{ prompt = "darker", {own} }}]
"""
    made = load_text(text).assets["a~1"]
    assert (made.model, made.provider, made.via, made.params, made.seed) == ("gpt-image-2", provider, via, {"quality": "low"}, 3)


def test_two_chains_change_names_and_nothing_is_asked_for(shop):
    one, other = '[assets.a]\nprompt = "a fox"\nedits = ["darker"]\n', '[assets.b]\nprompt = "an owl"\nedits = ["darker"]\n'
    shop.write(one + other).build()
    before = pictures(shop)
    shop.write(one.replace("assets.a", "assets.b") + other.replace("assets.b", "assets.a"))
    assert shop.asked == 4
    for sha256 in list(shop.store.objects()):
        if sha256 not in {block.original.sha256 for block in shop.locked().values()}:
            shop.store.remove(sha256)
    assert set(results(shop.build(free_only=True)).values()) <= {"done", "fresh"}
    after = pictures(shop)
    assert after == {name: before[name.translate(str.maketrans("ab", "ba"))] for name in after}
    assert (set(results(shop.build(free_only=True)).values()), shop.asked) == ({"fresh"}, 4)


@pytest.mark.parametrize("change", [('"add a moon"', '"add a moon", "and stars"'), ("sky darker", "sky green"), (', "add a moon"', "")])
def test_a_protected_picture_stays_whatever_happens_to_its_edits(shop, change):
    shop.server.rolls = True
    shop.write(EDITED + "protect = true\n").build()
    before = (shop.path / "hero.png").read_bytes()
    shop.edit(*change)
    outcome = shop.build()
    assert (outcome.exit_code, shop.asked, (shop.path / "hero.png").read_bytes()) == (1, 3, before)
    hints = {result.hint for result in outcome.results.values() if result.status.value == "blocked" and "protected" in result.message}
    assert hints == {"assetgen build --regenerate hero"}
    assert set(results(shop.build(regenerate=("hero",))).values()) <= {"done", "fresh"}
    assert (shop.state(), shop.plan().fresh, (shop.path / "hero.png").read_bytes() == before) == ("fresh", True, False)


def test_the_first_edit_of_a_protected_picture_is_not_paid(shop):
    shop.write(HERO + "protect = true\n").build()
    shop.edit("protect", 'edits = ["darker"]\nprotect')
    assert (shop.build().exit_code, shop.asked) == (1, 1)


def test_a_frozen_chain_keeps_its_picture(shop):
    shop.server.rolls = True
    shop.write(EDITED + "freeze = true\n").build()
    before = (shop.path / "hero.png").read_bytes()
    shop.edit('"make the sky darker", ', "")
    shop.build()
    assert ((shop.path / "hero.png").read_bytes(), shop.asked) == (before, 3)
    shop.edit("freeze = true\n", "")
    shop.build()
    assert ((shop.path / "hero.png").read_bytes() == before, shop.asked) == (False, 4)


def test_an_edit_keeps_the_size_of_the_picture_it_changes(shop):
    edits = 'edits = ["darker", { prompt = "wider", expand = { right = 512 } }]\n'
    shop.write('[assets.a]\nfile = "a.png"\noutputs = ["out.png"]\nmodel = "gpt-image-2"\n' + edits)
    (shop.path / "a.png").write_bytes(draw("a", 1024, 1024))
    shop.build()
    assert [seen.fields["size"] for seen in shop.server.requests] == ["1024x1024", "1536x1024"]
    made = [shop.locked()[name].original for name in ("a~1", "a~2")]
    assert [(one.width, one.height) for one in made] == [(1024, 1024), (1536, 1024)]


def test_a_placeholder_bears_the_name_of_the_asset_and_not_of_its_version(shop):
    shop.write('[assets.lake]\nprompt = "a lake"\nmodel = "sketch"\nsize = "256x256"\nedits = ["darker"]\n', head="version = 1\n").build()
    assert {block.original.effective["label"] for block in shop.locked().values()} == {"lake"}


def test_an_edit_of_a_built_picture_is_not_paid_where_a_later_one_cannot_be_made(shop):
    shop.write(HERO).build()
    shop.write(HERO + 'edits = ["brighter", { prompt = "darker", model = "recraft-v3", provider = "fal" }]\n')
    done = results(shop.build())
    assert (done["hero~1"], done["hero~2"], done["hero"], shop.asked) == ("blocked", "blocked", "blocked", 1)


def test_a_missing_mask_of_a_later_edit_is_found_before_anything_is_paid(shop):
    shop.write(HERO + 'edits = ["brighter", { prompt = "darker", mask = "art/none.png" }]\n')
    assert shop.plan().assets["hero~2"].reason == 'the file "art/none.png" does not exist'
    assert (set(results(shop.build()).values()), shop.asked) == ({"blocked"}, 0)


@pytest.mark.parametrize("flag", ["protect", "freeze"])
def test_without_its_edits_a_guarded_asset_keeps_the_picture_they_made(shop, flag):
    shop.server.rolls = True
    shop.write(EDITED + f"{flag} = true\n").build()
    before = (shop.path / "hero.png").read_bytes()
    shop.edit('edits = ["make the sky darker", "add a moon"]\n', "")
    shop.build()
    assert ((shop.path / "hero.png").read_bytes(), shop.asked) == (before, 3)


def test_who_refers_to_a_protected_picture_gets_the_one_that_is_shown(shop):
    shop.write(EDITED + 'protect = true\n[assets.banner]\nprompt = "a banner"\nreferences = ["@hero"]\n').build()
    shop.edit(', "add a moon"', "")
    assert (shop.build().exit_code, shop.asked, shop.state("banner")) == (1, 4, "fresh")


def test_a_paid_job_is_fetched_although_a_later_edit_cannot_be_made(shop):
    shop.write(HERO + 'edits = ["brighter", { prompt = "darker", model = "recraft-v3", provider = "fal" }]\n')
    row = OpenJob(
        id="",
        asset="hero~0",
        project=".",
        gen_key=shop.plan().assets["hero~0"].gen_key,
        provider="replicate",
        model="gpt-image-2",
        state=JobState.INTENT,
    )
    journal = Journal(shop.home)
    journal.submitted(journal.intend(row), {"id": "job-1"})
    assert shop.state("hero~0") == "generate resume"


def test_an_edit_is_priced_at_the_size_it_inherits(shop):
    shop.write('[assets.a]\nprompt = "a fox"\nsize = "2048x2048"\nedits = ["darker"]\n')
    plan = shop.plan().assets
    assert plan["a~1"].price.high == plan["a~0"].price.high


def test_a_base_with_a_reference_is_asked_for_like_any_asset(shop):
    shop.write('[assets.a]\nprompt = "a fox"\nreferences = ["r.png"]\nedits = ["darker"]\n', head=NO_SIZE)
    (shop.path / "r.png").write_bytes(draw("r", 1536, 1024))
    shop.build("a~0")
    assert "size" not in shop.server.requests[0].fields


NO_SIZE = 'version = 1\n[defaults]\nmodel = "gpt-image-2"\n'


def test_a_picked_version_holds_after_an_edit_was_removed(shop):
    shop.write(EDITED).build()
    shop.edit(', "add a moon"', "")
    pick(shop.path, "hero", "1")
    assert (pictures(shop)["hero"], shop.state()) == (pictures(shop)["hero~0"], "fresh")


def test_an_output_that_somebody_edited_is_not_lost_with_the_edits(shop):
    shop.write(EDITED).build()
    (shop.path / "hero.png").write_bytes(draw("by hand", 64, 64))
    edit.accept(shop.path, ["hero"])
    shop.edit('edits = ["make the sky darker", "add a moon"]\n', "")
    assert shop.state() == "blocked modified"
    assert (results(shop.build())["hero"], (shop.path / "hero.png").read_bytes()) == ("blocked", draw("by hand", 64, 64))
    edit.accept(shop.path, ["hero"])
    assert (shop.state(), (shop.path / "hero.png").read_bytes(), shop.asked) == ("fresh", draw("by hand", 64, 64), 3)
