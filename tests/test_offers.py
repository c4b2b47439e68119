"""Who could generate an asset, at what size and price, and what is refused before anything is paid."""

import json
import re
import shutil
from decimal import Decimal

import pytest

from assetgen.engine.probing import SMALL
from assetgen.engine.survey import look
from assetgen.events import Noted
from assetgen.model import Size
from tests.projects import HERO, results

MIX = """\
[models.mix]
id = { openai = "mix", sketch = "mix" }
price = { openai = 0.5, sketch = 0 }
via = ["openai", "sketch"]

"""


@pytest.fixture
def offered(shop):
    """The offer for the asset "hero", whose table has these lines."""

    def ask(lines, head="", *, sized=True):
        options = {} if sized else {"head": "version = 1\n\n"}
        shop.write(head + '[assets.hero]\nprompt = "a red fox"\n' + lines + "\n", **options)
        with look(shop.path, environ=shop.env()) as seen:
            return seen.facts.offer(seen.workspace.manifest.assets["hero"])

    return ask


def test_a_model_of_the_catalog_has_a_provider_a_size_and_a_price(offered):
    offer = offered('params = { quality = "low" }')
    assert (offer.providers, offer.size, offer.problem, offer.notes) == (("openai",), Size(1024, 1024), None, ())
    assert (offer.price.low, offer.price.high) == (Decimal("0.006"), Decimal("0.006"))
    assert offer.traits.paid


def test_a_ratio_becomes_pixels_of_the_model(offered):
    offer = offered('size = "16:9"')
    assert offer.problem is None
    assert (offer.size.width % 16, offer.size.height % 16) == (0, 0)
    assert abs(offer.size.width / offer.size.height - 16 / 9) < 0.05


def test_candidates_multiply_the_price(offered):
    assert offered('params = { quality = "low" }\ncandidates = 3').price.high == Decimal("0.018")


def test_a_free_provider_costs_nothing_and_a_person_even_less(offered):
    assert offered('model = "sketch"').price.high == 0
    assert offered('model = "midjourney-v6"').traits.by_hand


def test_what_a_model_ignores_is_told(offered):
    offer = offered('seed = 3\nnegative = "fog"')
    assert offer.unhonoured == ("negative", "seed")
    assert offer.notes == ('"gpt-image-2" ignores the field "negative"', '"gpt-image-2" ignores the field "seed"')


@pytest.mark.parametrize(
    ("lines", "head", "code", "text", "hint"),
    [
        (
            'model = "gpt-image-1.5"\nsize = "1000x1000"',
            "",
            "impossible",
            'openai: "gpt-image-1.5" does not offer the size "1000x1000"',
            'size = "1024x1024" or "1536x1024" or "1024x1536"',
        ),
        (
            'params = { qualty = "low" }',
            "",
            "impossible",
            'openai: model "gpt-image-2" takes no parameter "qualty"',
            'did you mean "quality"?',
        ),
        (
            'model = "made-up"',
            '[models.made-up]\nid = { elsewhere = "x" }\n\n',
            "impossible",
            'no installed provider serves the model "made-up"',
            'choose one of `assetgen models`, or name a provider: provider = "openai"',
        ),
        (
            'model = "made-up"\nprovider = "openai"\nsize = "16:9"',
            "",
            "impossible",
            'openai: the model "made-up" is not in the catalog, so the ratio "16:9" cannot be turned into pixels',
            'size = "1024x1024"',
        ),
        (
            'model = "sketch"\nsize = "9000x8000"',
            "",
            "impossible",
            "sketch: 9000x8000 are more than 64 million pixels, which cannot be finished",
            'size = "8485x7542"',
        ),
        (
            "",
            '[policy]\nusage = "commercial"\n\n[models.gpt-image-2]\nusage = "non-commercial"\nlicence = "research only"\n\n',
            "licence",
            'openai: the licence of "gpt-image-2" (research only) forbids commercial use, and policy.usage is "commercial"',
            "assetgen models --commercial",
        ),
    ],
    ids=["size", "param", "nobody", "ratio", "pixels", "licence"],
)
def test_what_cannot_be_served_is_refused_before_paying(shop, offered, lines, head, code, text, hint):
    problem = offered(lines, head).problem
    assert (problem.code, problem.text, problem.hint) == (code, text, hint)
    outcome = shop.build()
    assert (results(outcome), outcome.results["hero"].message, shop.asked) == (
        {"hero": "blocked"},
        f"never generated; {text}",
        0,
    )


def test_an_unknown_model_with_a_provider_passes_through(shop, offered):
    offer = offered('model = "made-up"\nprovider = "openai"')
    assert (offer.providers, offer.price, offer.size) == (("openai",), None, Size(1024, 1024))
    assert offer.notes == ('the model "made-up" is not in the catalog: its price and limits are not known',)
    assert results(shop.build(max_cost=None, agreed=True)) == {"hero": "done"}
    assert shop.server.requests[0].fields["model"] == "made-up"


def test_the_dearest_of_several_providers_is_what_it_may_cost(offered):
    offer = offered('model = "mix"', MIX)
    assert (offer.providers, offer.price.high) == (("openai", "sketch"), Decimal("0.5"))


def test_an_unknown_price_of_one_provider_makes_the_price_unknown(offered):
    assert offered('model = "mix"', MIX.replace("price = { openai = 0.5, sketch = 0 }", "price = { sketch = 0 }")).price is None


def test_a_provider_that_cannot_serve_it_is_left_out(offered):
    # The sketch knows no such kind, so only the other one is asked.
    assert offered('model = "mix"\nparams = { kind = "photograph" }', MIX).providers == ("openai",)


def test_the_next_provider_is_asked_where_the_first_surely_took_nothing(shop, offered):
    offered('model = "mix"\nsize = "96x64"', MIX)
    shop.server.fail_next("401")
    outcome = shop.build()
    told = [event.message for event in shop.told if isinstance(event, Noted)]
    assert (results(outcome), shop.asked, shop.ledger, shop.rows) == ({"hero": "done"}, 1, [], ())
    assert told[0].startswith('"hero": openai is passed over, openai refuses the account or the key: ')
    assert (shop.locked()["hero"].original.provider, outcome.spent) == ("sketch", 0)


@pytest.mark.parametrize("fault", ["moderation", "empty", "502"])
def test_the_next_provider_is_not_asked_where_the_first_may_have_been_paid_or_refused(shop, offered, fault):
    offered('model = "mix"\nsize = "96x64"', MIX)
    shop.server.fail_next(fault)
    assert (results(shop.build()), shop.locked()) == ({"hero": "failed"}, {})


def test_the_plan_needs_no_key(shop):
    shop.write(HERO)
    with look(shop.path, environ={}) as seen:
        assert seen.plan.assets["hero"].state.value == "generate"


def test_the_largest_size_that_is_named_is_possible(offered):
    assert offered('model = "sketch"\nsize = "8485x7542"').problem is None


# --- what a model cannot do, and what it would leave out


@pytest.mark.parametrize(
    ("lines", "text", "hint"),
    [
        ('model = "recraft-v4"\nreferences = ["a.png"]', 'fal: "recraft-v4" takes no references', ""),
        (
            'model = "flux-dev"\nvia = ["fal"]\nreferences = ["a.png", "b.png"]',
            'fal: "flux-dev" takes at most 1 reference, and 2 are given',
            "flux-2-",
        ),
        (
            'model = "flux-schnell"\nreferences = ["a.png"]\nmask = "m.png"',
            'replicate: "flux-schnell" takes no references',
            "flux-fill-dev",
        ),
        ('model = "gpt-image-2"\nloras = ["acme/style"]', 'openai: "gpt-image-2" takes no LoRA', ""),
        ('model = "gpt-image-2"\ncontrols = [{ kind = "pose", image = "a.png" }]', 'openai: "gpt-image-2" takes no controls', ""),
        (
            'model = "flux-depth-dev"\ncontrols = [{ kind = "canny", image = "a.png" }]',
            'replicate: "flux-depth-dev" takes no control of the kind "canny"',
            "flux-canny-dev",
        ),
    ],
)
def test_what_a_model_cannot_do_is_refused_with_one_that_can(offered, lines, text, hint):
    problem = offered(lines, sized=False).problem
    assert (problem.code, problem.text) == ("impossible", text)
    name = problem.hint.removeprefix('model = "').removesuffix('"')
    assert name.startswith(hint) or not hint
    # What is named takes it all.
    kept = re.sub(r'model = "[^"]*"|via = .*', "", lines)
    assert offered(f'model = "{name}"\n{kept}', sized=False).problem is None


@pytest.mark.parametrize(
    ("lines", "field", "column", "note"),
    [
        ("seed = 7", "seed", 8, '"gpt-image-2" ignores the field "seed"'),
        ('negative = "fog"', "negative", 12, '"gpt-image-2" ignores the field "negative"'),
        ('size = "4:1"', "ratio", 8, '"gpt-image-2" has no size of the shape 4:1: the picture is'),
        (
            'model = "gpt-image-2.6-flare"\nparams = { background = "transparent" }\nseed = 7',
            "seed",
            8,
            '"gpt-image-2.6-flare" ignores the field "seed"',
        ),
    ],
)
def test_what_would_be_left_out_is_a_note_or_blocks_by_policy(shop, offered, lines, field, column, note):
    offer = offered(lines)
    assert (offer.problem, offer.unhonoured) == (None, (field,))
    assert [one.startswith(note) for one in offer.notes] == [True]
    problem = offered(lines, '[policy]\nunhonoured = "error"\n\n').problem
    line = 13 + lines.count("\n")
    name = "gpt-image-2.6-flare" if "flare" in lines else "gpt-image-2"
    assert (problem.code, problem.text) == (
        "unhonoured",
        f'openai: "{name}" ignores "{field}" (assetgen.toml:{line}:{column}), and policy.unhonoured is "error"',
    )
    assert problem.hint.startswith('model = "')
    assert (results(shop.build()), shop.asked) == ({"hero": "blocked"}, 0)


def test_transparency_that_a_model_does_not_draw_is_told(offered):
    alpha = 'model = "flux-dev"\nexpect = { alpha = true }'
    offer = offered(alpha)
    assert (offer.unhonoured, offer.notes) == (("alpha",), ('"flux-dev" draws no transparency, and no step of post makes any',))
    assert offered(f'{alpha}\npost = [{{ op = "round_corners", radius = 40 }}]').unhonoured == ()
    assert offered(alpha, '[policy]\nunhonoured = "error"\n\n').problem.text.startswith(
        'replicate: "flux-dev" ignores "alpha" (assetgen.toml:14:'
    )


def test_another_provider_that_honours_it_is_asked_under_the_policy(offered):
    strict = '[policy]\nunhonoured = "error"\n\n'
    model = 'model = "nano-banana"\nvia = ["replicate", "fal"]\nseed = 3'
    assert offered(model).providers == ("replicate", "fal")
    assert offered(model, strict).providers == ("fal",)


def test_what_was_left_out_is_recorded_and_a_ratio_still_makes_stale(shop):
    shop.write(HERO + 'size = "4:1"\nseed = 7\n')
    assert results(shop.build()) == {"hero": "done"}
    assert shop.locked()["hero"].original.unhonoured == ("seed", "ratio")
    shop.edit("seed = 7", "seed = 8")
    assert shop.state() == "fresh"
    shop.edit('"4:1"', '"3:1"')
    assert shop.state() == "generate request-changed"


STRICT = '[policy]\nunhonoured = "error"\n\n'
BOUND = "model = \"comfyui\"\nparams = {{ workflow_json = '{}', bindings = {{ {} }} }}\n"
FLOW = json.dumps({"6": {"class_type": "CLIPTextEncode", "inputs": {"text": ""}}})


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        (BOUND.format(FLOW, 'prompt = "6.text"') + 'seed = 7\nnegative = "fog"', ("negative", "seed")),
        ('model = "sd3.5-large"\nprovider = "stability"\nseed = 0', ("seed",)),
        ('model = "made-up"\nprovider = "openai"\nseed = 7', ("seed",)),
        ('model = "models/sd3"\nprovider = "diffusers"\nnegative = "fog"\nparams = { guidance = 1 }', ("negative",)),
        ('model = "flux-dev"\nprovider = "replicate"\nseed = 7\nparams = { go_fast = true }', ("seed",)),
    ],
    ids=["comfyui", "stability", "openai", "diffusers", "replicate"],
)
def test_what_only_the_provider_knows_to_be_lost_is_told_and_blocks_by_policy(shop, tiny, offered, lines, fields):
    shop.path.mkdir(parents=True, exist_ok=True)
    (shop.path / "models").mkdir()
    (shop.path / "models/sd3").symlink_to(shutil.copytree(tiny("sd3"), shop.path / "sd3"))
    offer = offered(lines, sized=False)
    assert (offer.problem, offer.unhonoured) == (None, fields)
    model = lines.partition('"')[2].partition('"')[0]
    notes = [note for note in offer.notes if "ignores" in note]
    assert notes == [f'"{model}" ignores the field "{field}"' for field in fields]
    problem = offered(lines, STRICT, sized=False).problem
    places = "".join(re.findall(r'"(\w+)" \(assetgen', problem.text))
    assert (problem.code, places) == ("unhonoured", "".join(fields))
    # What the hint names instead leaves out nothing of it.
    named = re.fullmatch(r'model = "([^"]+)"(?:, provider = "([^"]+)")?', problem.hint)
    if named:
        other = re.sub(r"(?m)^(model|provider|params) = .*$", "", lines) + f'\nmodel = "{named[1]}"'
        assert offered(other + (f'\nprovider = "{named[2]}"' if named[2] else ""), STRICT, sized=False).problem is None


def test_a_workflow_is_judged_before_anything_is_sent(shop, offered):
    lines = 'model = "comfyui"\nparams = { workflow = { file = "flow.json" }, bindings = { prompt = "99.text" } }'
    shop.path.mkdir(parents=True, exist_ok=True)
    (shop.path / "flow.json").write_text(FLOW)
    problem = offered(lines, sized=False).problem
    assert (problem.code, problem.text, problem.hint) == (
        "impossible",
        'comfyui: the workflow has no node "99"',
        "an id or a title of a node",
    )
    assert offered(lines.replace("99", "6"), sized=False).problem is None
    # A larger file is read by the build alone, and one that is not there is told in its own words.
    (shop.path / "flow.json").write_text(FLOW + " " * SMALL)
    assert offered(lines, sized=False).problem is None


def test_who_is_passed_over_in_via_is_told(offered):
    offer = offered('model = "flux-schnell"\nvia = ["diffusers", "fal"]', sized=False)
    assert offer.providers == ("fal",)
    absent = 'the model "black-forest-labs/FLUX.1-schnell" is not in the hub\'s cache, and nothing is downloaded'
    assert offer.notes == (f"diffusers: {absent}; fal is asked instead",)
    strict = offered('model = "nano-banana"\nvia = ["replicate", "fal"]\nseed = 3', STRICT)
    assert strict.notes[0].startswith('replicate: "nano-banana" ignores "seed" (assetgen.toml:')
    assert strict.notes[0].endswith(', and policy.unhonoured is "error"; fal is asked instead')


def test_notes_name_the_provider_where_there_are_several(offered):
    lines = 'model = "flux-dev"\nparams = { zoom = 2 }\n'
    one = offered(lines + 'via = ["fal"]', sized=False).notes
    assert [note.startswith('"flux-dev" is not known to have a parameter "zoom"') for note in one] == [True]
    two = offered(lines + 'via = ["fal", "replicate"]', sized=False).notes
    assert [note.partition(": ")[0] for note in two] == ["fal", "replicate"]
    assert two[0] == f"fal: {one[0]}"


def test_a_licence_that_nobody_knows_is_not_commercial(offered):
    commercial = '[policy]\nusage = "commercial"\n\n'
    problem = offered('model = "made-up"\nprovider = "openai"', commercial).problem
    assert (problem.code, problem.text, problem.hint) == (
        "licence",
        'openai: nothing is known of the licence of "made-up", and policy.usage is "commercial"',
        'if it allows it: models.made-up = { id = { openai = "made-up" }, usage = "commercial" }',
    )
    told = '[models.made-up]\nid = { openai = "made-up" }\nusage = "commercial"\n\n'
    assert offered('model = "made-up"\nprovider = "openai"', commercial + told).problem is None
    # What a person makes is that person's own affair.
    assert offered('provider = "manual"', commercial).problem is None
