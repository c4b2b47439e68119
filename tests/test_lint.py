"""What `assetgen lint` says, rule by rule, and how it says it."""

import json
import re

import jsonschema
import pytest

from assetgen.engine.lint import lint
from assetgen.engine.workspace import opened
from assetgen.errors import UsageError
from assetgen.lint.rules import RULES
from assetgen.report import document

HEAD = "version = 1\n"
LONG = "word " * 80


@pytest.fixture
def linted(tmp_path):
    """The findings about a manifest: code, place, message, hint."""

    def run(text, names=None, ignored=(), files=None):
        (tmp_path / "assetgen.toml").write_text(HEAD + text)
        for name, content in (files or {}).items():
            (tmp_path / name).write_text(content)
        with opened(tmp_path, {}) as workspace:
            return lint(workspace, list(workspace.manifest.assets) if names is None else names, ignored=ignored)

    return run


def shown(found):
    return [(one.code, f"{one.place.line}:{one.place.column}", one.message, one.hint) for one in found]


def asset(lines, name="hero", prompt="a red fox"):
    return f'[assets.{name}]\nprompt = """{prompt}"""\n{lines}\n'


CASES = {
    "AG101": (
        asset('model = "dall-e-3"'),
        "4:9",
        '"dall-e-3" was retired on 2026-05-12',
        "assetgen migrate dall-e-3 gpt-image-2.6-sunburst",
    ),
    "AG102": (
        '[models.flux-dev]\nshutdown = 2999-01-01\nreplaced_by = ["flux-2-dev"]\n' + asset('model = "flux-dev"'),
        "7:9",
        r"re:\"flux-dev\" is shut down in \d+ days, on 2999-01-01",
        "assetgen migrate flux-dev flux-2-dev",
    ),
    "AG103": (asset('model = "ideogram-2"'), "4:9", '"ideogram-2" is superseded', "assetgen migrate ideogram-2 ideogram-3"),
    "AG104": (
        asset('model = "gpt-image-2.6-flare"\nloras = ["acme/style"]'),
        "4:9",
        'openai: "gpt-image-2.6-flare" takes no LoRA',
        "re:model = .*",
    ),
    "AG105": (
        asset('model = "gpt-image-2"\nseed = 3'),
        "5:8",
        '"gpt-image-2" takes no seed, so each picture is another one',
        "re:model = .*",
    ),
    "AG106": (
        asset('model = "gpt-image-2"\nnegative = "fog"'),
        "5:12",
        '"gpt-image-2" takes no negative prompt, so nothing is kept out of the picture',
        "re:model = .*",
    ),
    "AG107": (
        asset('model = "flux-dev"\nexpect = { alpha = true }'),
        "5:20",
        '"flux-dev" draws no transparency, and no step of post makes any',
        "re:model = .*",
    ),
    "AG108": (
        asset('model = "gpt-image-1.5"\nsize = "16:9"'),
        "5:8",
        '"gpt-image-1.5" has no size of the shape 16:9: the picture is 1536x1024',
        "re:model = .*",
    ),
    "AG109": (
        asset('model = "ideogram-3"\nexpect = { alpha = true }'),
        "5:20",
        '"ideogram-3" draws transparency only with transparent = true',
        "params = { transparent = true }",
    ),
    "AG110": (
        asset('model = "flux-dev"\nparams = { flavour = "sweet" }'),
        "5:22",
        '"flux-dev" is not known to have a parameter "flavour"',
        "re:known parameters: steps, .*",
    ),
    "AG111": (
        asset('model = "acme/painter"\nprovider = "replicate"'),
        "4:9",
        '"acme/painter" names no version, so a later request may reach another one',
        'model = "acme/painter:VERSION"',
    ),
    "AG112": (
        "[policy]\nmax_cost = 2.5\n" + asset('model = "gpt-image-2.6-flare"'),
        "6:9",
        'no price is known for "gpt-image-2.6-flare", and policy.max_cost is 2.5',
        'what a picture costs: models."gpt-image-2.6-flare".price = { openai = 0.04 }',
    ),
    "AG113": (asset("candidates = 3"), "4:14", 'without a seed "sketch" draws the same picture 3 times', "seed = 1"),
    "AG201": (
        asset('model = "flux-dev"', prompt='a shop with the sign "OPEN"'),
        "3:35",
        '"flux-dev" is poor at letters, and the prompt asks for "OPEN"',
        "re:model = .*",
    ),
    "AG202": (
        asset('model = "ideogram-3"\nnegative = "fog"', prompt="an empty street without people or cars"),
        "3:29",
        '"without people or cars" belongs into the negative prompt, which "ideogram-3" takes',
        'negative = "fog, people, cars"',
    ),
    "AG203": (
        asset('model = "recraft-v3"', prompt="x" * 1001),
        "3:10",
        'the prompt has 1001 characters, and "recraft-v3" takes 1000',
        "shorten it by 1 characters",
    ),
    "AG204": (
        asset('model = "sdxl"\nparams = { api = "grpc" }', prompt=LONG),
        "3:10",
        'the prompt has at least 80 tokens, and "sdxl" reads 75',
        "shorten it to fewer than 75 words",
    ),
    "AG301": (
        asset('size = "512x512"\noutputs = [{ path = "hero.webp", width = 1600 }]'),
        "5:12",
        '"hero.webp" is 1600x1600, 3.1 times the size of the picture that is drawn (512x512)',
        'size = "1600x1600", or a smaller output',
    ),
    "AG302": (
        asset('size = "1024x1024"\npost = [{ op = "fit", width = 1200, height = 400 }]'),
        "5:8",
        '"hero.png" keeps 33% of the picture that is drawn (1024x1024)',
        'size = "3:1"',
    ),
    "AG401": (
        asset('alt = "a fox"') + asset("", name="owl", prompt="an owl"),
        "5:9",
        '"owl" has no alt text, and other assets have one',
        'alt = "what the picture shows", or "" for an ornament',
    ),
    "AG402": ('[styles.mine]\nprompt = "{prompt}, mine"\n' + asset(""), "2:9", 'no asset applies the style "mine"', "remove it"),
    "AG403": ('[variables]\ncolour = "red"\n' + asset(""), "3:1", 'no text has the variable "colour"', "remove it"),
    "AG404": ('[models.good]\nuse = "flux-dev"\n' + asset(""), "2:9", 'no asset asks for the model "good"', "remove it"),
    "AG405": (
        asset("") + asset("", name="again"),
        "6:10",
        '"again" asks for the same picture as "hero": it is bought once',
        "make it an output of hero, or give it a prompt or a seed of its own",
    ),
    "AG406": (asset('style = ["icon", "comic", "icon"]'), "4:27", 'the style "icon" stands twice', "remove one of the two"),
    "AG407": (asset("tags = []"), "4:1", "there is no tag in it", "remove tags"),
}


def test_every_rule_has_a_case_here_and_a_code_and_a_name_of_its_own():
    assert [rule.code for rule in RULES if rule.code != "AG205"] == list(CASES)
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name) and rule.text.endswith(".") for rule in RULES)


@pytest.mark.parametrize("code", CASES)
def test_a_rule_finds_what_it_is_for(linted, code):
    text, place, message, hint = CASES[code]
    (found,) = [one for one in shown(linted(text)) if one[0] == code]
    for said, expected in zip(found[1:], (place, message, hint), strict=True):
        assert re.fullmatch(expected[3:], said) if expected.startswith("re:") else said == expected


@pytest.mark.parametrize("code", CASES)
def test_a_rule_is_left_out_by_its_code_its_name_or_a_comment(linted, code):
    text, place, *_ = CASES[code]
    name = next(rule.name for rule in RULES if rule.code == code)
    for word in (code, name):
        assert code not in {one.code for one in linted(text, ignored=[word])}
    lines = (HEAD + text).split("\n")
    number = int(place.partition(":")[0]) - 1
    above = "\n".join([*lines[1:number], f"# lint: ignore AG999, {code}", *lines[number:]])
    assert code not in {one.code for one in linted(above)}
    assert code not in {one.code for one in linted(f"# lint: ignore-file {code}\n{text}")}
    assert code in {one.code for one in linted(f"# lint: ignore {code}\n\n{text}")}


CLEAN = {
    "letters of a model that draws them": asset('model = "ideogram-3"\nseed = 1', prompt='a sign that says "OPEN"'),
    "a negative prompt where it belongs": asset('model = "ideogram-3"\nnegative = "people"', prompt="an empty street"),
    "no one and no longer": asset('model = "flux-dev"', prompt="no one is there, no longer, a no-parking sign, know without"),
    "manners of speaking": asset(
        'model = "flux-dev"',
        prompt="a piece with no equal, no man's land, without a doubt, no trace of it, avoiding no one, without the king's crown",
    ),
    "inches": asset('model = "flux-dev"', prompt='a print of 5" by 7", a 12" record'),
    "shortened words": asset('model = "flux-dev"', prompt="a rock 'n' roll band in the '90s, the owls' tree"),
    "a workflow's own parameters": asset(
        'model = "comfyui"\nparams = { workflow = { file = "w.json" }, bindings = { prompt = "6.text", noise = "3.denoise" }, noise = 0.5 }'
    ),
    "a local model that lies elsewhere": asset('model = "sd1.5"\nsize = "512x512"\nparams = { steps = 20 }'),
    "a style's own words": asset('model = "flux-dev"\nstyle = "flat-design"').replace("\n", "\n", 1),
    "an apostrophe": asset('model = "flux-dev"', prompt="the fox's den, the owls' tree"),
    "transparency that a step makes": asset('model = "flux-dev"\nexpect = { alpha = true }\npost = [{ op = "round_corners", radius = 9 }]'),
    "transparency that is asked for": asset('model = "ideogram-3"\nparams = { transparent = true }\nexpect = { alpha = true }'),
    "pixel art": asset('size = "32x32"\npost = [{ op = "resize", width = 320, filter = "nearest" }]'),
    "a crop that keeps half": asset('size = "1024x1024"\npost = [{ op = "fit", width = 1200, height = 630 }]'),
    "a pinned version": asset(f'model = "acme/painter:{"0" * 64}"\nprovider = "replicate"'),
    "candidates with a seed": asset("candidates = 3\nseed = 1"),
    "an alias that is used": '[models.good]\nuse = "flux-dev"\n' + asset('model = "good"'),
    "a style and a variable that are used": (
        '[variables]\ncolour = "red"\n[styles.mine]\nprompt = "{prompt}, {colour}"\n' + asset('style = "mine"')
    ),
    "an ornament": asset('alt = "a fox"') + asset('alt = ""', name="owl", prompt="an owl"),
    "a file": '[assets.logo]\nfile = "logo.png"\noutputs = ["logo.webp"]\n',
}


@pytest.mark.parametrize("what", CLEAN)
def test_what_is_fine_is_not_spoken_of(linted, what):
    found = [one for one in shown(linted(CLEAN[what])) if one[0] != "AG106"]
    assert found == []


@pytest.mark.parametrize(
    ("prompt", "words", "things"),
    [
        ("a street, avoiding the crowd", "avoiding the crowd", "crowd"),
        ("a street without any people or the cars", "without any people or the cars", "people, cars"),
        ("a house, no fence and no man's land", "no fence", "fence"),
        ("a hall, do not show a single-lens camera", "do not show a single-lens", "single-lens"),
    ],
)
def test_what_shall_not_be_seen_is_named_without_its_article(linted, prompt, words, things):
    (found,) = [one for one in linted(asset('model = "ideogram-3"', prompt=prompt)) if one.code == "AG202"]
    assert (found.message, found.hint) == (
        f'"{words}" belongs into the negative prompt, which "ideogram-3" takes',
        f'negative = "{things}"',
    )
    (found,) = [one for one in linted(asset('model = "gpt-image-2"', prompt=prompt)) if one.code == "AG202"]
    assert found.message == f'"gpt-image-2" takes no negative prompt, and "{words}" may bring {things} in'


@pytest.mark.parametrize(
    ("prompt", "letters"),
    [
        ('a jar of 5" with "JAM" on it', "JAM"),
        ("a sign 'rock 'n' roll' at night", "rock 'n' roll"),
        ("a sign 'don't panic'", "don't panic"),
        ('the road "Route 66"', "Route 66"),
    ],
)
def test_letters_are_what_stands_between_quotes(linted, prompt, letters):
    (found,) = [one for one in linted(asset('model = "flux-dev"', prompt=prompt)) if one.code == "AG201"]
    assert found.message == f'"flux-dev" is poor at letters, and the prompt asks for "{letters}"'


def test_what_lies_on_a_machine_is_no_matter_of_lint_and_what_the_catalog_says_is(linted):
    local = 'model = "sd1.5"\nsize = "512x512"\n'
    text = "[policy]\nmax_cost = 1\n" + asset(f"{local}params = {{ stpes = 20 }}") + asset(local, name="owl", prompt="an owl")
    (found,) = linted(text)
    assert (found.code, found.assets, found.message, found.hint) == (
        "AG104",
        ("hero",),
        'diffusers: "sd1.5" has no parameter "stpes"',
        'did you mean "steps"?',
    )
    (found,) = linted(asset('model = "z-image"\ncontrols = [{ kind = "pose", image = "p.png" }]'))
    assert (found.code, found.message) == ("AG104", 'diffusers: "z-image" takes no controls')


def test_what_assets_have_in_common_is_said_once_and_names_them_all(linted):
    text = '[defaults]\nmodel = "dall-e-3"\n' + asset('matrix = { t = ["a", "b"] }', prompt="icon {t}") + asset("", name="owl")
    (found,) = linted(text)
    assert (found.code, found.place.line, found.assets) == ("AG101", 3, ("hero[t=a]", "hero[t=b]", "owl"))


def test_named_assets_alone_are_looked_at_and_the_project_is_not(linted):
    text = '[styles.mine]\nprompt = "{prompt}, mine"\n' + asset('model = "dall-e-3"') + asset("candidates = 2", name="owl")
    assert {one.code for one in linted(text)} == {"AG101", "AG113", "AG402"}
    assert {one.code for one in linted(text, names=["owl"])} == {"AG113"}


def test_findings_come_in_the_order_of_the_files(linted):
    files = {"more.toml": asset("candidates = 2", name="owl", prompt="an owl") + '[variables]\nunused = "x"\n'}
    text = 'include = ["more.toml"]\n' + asset('model = "dall-e-3"') + asset("candidates = 2", name="elk")
    found = linted(text, files=files)
    assert [(one.place.file, one.code) for one in found] == [
        ("assetgen.toml", "AG101"),
        ("assetgen.toml", "AG113"),
        ("more.toml", "AG113"),
        ("more.toml", "AG403"),
    ]


def test_an_unknown_code_is_refused(linted):
    with pytest.raises(UsageError) as caught:
        linted(asset(""), ignored=["AG999"])
    assert (caught.value.message, caught.value.hint) == ('there is no rule "AG999"', "docs/lint.md lists all")


def test_the_command_shows_places_and_counts(project):
    project.write("assetgen.toml", HEAD + asset('model = "gpt-image-2"\nseed = 3', prompt="a fox").replace('"""', '"'))
    done = project("lint")
    assert done.stdout == (
        'assetgen.toml:5:8: warning: AG105 seed-ignored: "gpt-image-2" takes no seed, so each picture is another one\n'
        "    seed = 3\n"
        "           ^\n"
        'hint: model = "ideogram-4"\n'
        "\n"
        "1 warning\n"
    )
    project("lint", "--strict", code=1)
    assert project("lint", "--strict", "--ignore", "AG105").stdout == "nothing to say\n"


def test_the_document_holds_the_findings(project):
    project.write("assetgen.toml", HEAD + asset('model = "flux-1.1-pro"\ncontrols = [{ kind = "pose", image = "p.png" }]'))
    made = json.loads(project("lint", "--json", code=1).stdout)
    jsonschema.validate(made, document.schema())
    (found,) = made["findings"]
    assert (found["code"], found["severity"], found["assets"]) == ("AG104", "error", ["hero"])
    assert found["place"] == {"file": "assetgen.toml", "line": 4, "column": 9}
    assert made["summary"] == {"total": 1, "errors": 1, "warnings": 0}


def test_a_build_is_not_needed_and_nothing_is_written(project):
    project.write("assetgen.toml", HEAD + asset('model = "dall-e-3"'))
    project("lint")
    assert [path.name for path in project.path.iterdir()] == ["assetgen.toml"]


PAINTER = """\
from assetgen.providers import Traits

class Painter:
    name, traits = "painter", Traits(paid=False)
    def check(self, request): pass
    def generate(self, request, job): raise NotImplementedError
    def remarks(self, request):
        return (f'"{request.id}" dries for {len(request.prompt)} days',)

def create(settings, http): return Painter()
"""


def test_what_a_provider_remarks_is_said_by_lint_and_by_the_plan(project, tmp_path):
    folder = tmp_path / "plugin"
    info = folder / "painter-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "painter.py").write_text(PAINTER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: painter\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[assetgen.providers]\npainter = painter:create\n")
    path = f"{project.env['PYTHONPATH']}:{folder}"
    project.write("assetgen.toml", HEAD + asset('model = "oil"\nprovider = "painter"'))
    assert project("lint", PYTHONPATH=path).stdout.startswith(
        'assetgen.toml:4:9: warning: AG205 provider-remark: "oil" dries for 9 days\n    model = "oil"\n            ^^^^^\n'
    )
    assert 'note: "oil" dries for 9 days' in project("plan", PYTHONPATH=path).stdout
