import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.errors import FaultyFile, Place
from assetgen.manifest import load
from assetgen.manifest.schema import AssetTable, Document
from assetgen.manifest.sizes import parse as parse_size
from assetgen.manifest.styles import BUILT_IN
from assetgen.model import Expect, Local, Manifest, Output, Policy, Ratio, Size, Step, Upstream
from assetgen.post.formats import FORMATS, problem
from assetgen.report.faults import render
from tests.manifests import VOCABULARY, Memory, faults_of, load_text

DESIGN = """\
version = 1

[project]
outputs = "public/img"
commit_outputs = false

[defaults]
model = "sketch"
size  = "1024x1024"

[policy]
usage    = "commercial"
rewrite  = "retry"
min_kept = 0.7
max_cost = 5
provenance = false

[store]
originals = "art/originals"

[styles.blueprint]
prompt   = "{prompt}, technical illustration, blueprint style, white background, labelled components"
negative = "blurry, watermark"

[models.hero-flux]
use      = "flux-dev"
via      = ["fal", "replicate"]
params   = { steps = 28, guidance = 3.5 }

[assets.hero]
prompt = "A clean diagram of a RAG pipeline"
style  = "blueprint"
model  = "hero-flux"
size   = "1440x1440"
seed   = 42
alt    = "How retrieval-augmented generation works"
tags   = ["docs"]
post   = [{ op = "fit", width = 1200, height = 630 }]
outputs = ["hero.webp", { path = "hero@{width}.avif", widths = [600, 1200], quality = 60 }]
references = ["@logo", "brand/plate.png"]
candidates = 4
protect = true
expect = { alpha = true, max_bytes = 200_000 }

[assets.icon]
matrix = { theme = ["light", "dark"] }
prompt = "flat icon of a brain circuit, {theme} background"
outputs = ["icons/icon-{theme}.png"]

[assets.logo]
file = "art/logo.png"
outputs = ["logo.webp"]
"""


def one(text):
    (asset,) = load_text(text).assets.values()
    return asset


def test_the_whole_grammar():
    manifest = load_text(DESIGN)
    assert list(manifest.assets) == ["hero", "icon[theme=light]", "icon[theme=dark]", "logo"]
    assert manifest.policy == Policy(usage="commercial", rewrite="retry", min_kept=0.7, max_cost=5, provenance=False)
    assert (manifest.outputs, manifest.commit_outputs, manifest.originals) == ("public/img", False, "art/originals")
    assert manifest.files == ("assetgen.toml",)
    assert manifest.models == {"hero-flux": {"use": "flux-dev", "via": ["fal", "replicate"], "params": {"steps": 28, "guidance": 3.5}}}
    hero = manifest.assets["hero"]
    assert hero.prompt.startswith("A clean diagram of a RAG pipeline, technical illustration")
    assert hero.negative == "blurry, watermark"
    assert (hero.model, hero.provider, hero.via, hero.params) == ("flux-dev", None, ("fal", "replicate"), {"steps": 28, "guidance": 3.5})
    assert (hero.size, hero.seed, hero.candidates, hero.protect, hero.freeze) == (Size(1440, 1440), 42, 4, True, False)
    assert hero.references == (Upstream("logo"), Local("brand/plate.png"))
    assert hero.expect == Expect(alpha=True, max_bytes=200_000)
    assert (hero.alt, hero.tags) == ("How retrieval-augmented generation works", ("docs",))
    fit = (Step(op="fit", params={"width": 1200, "height": 630}),)
    assert hero.outputs == (
        Output(path="public/img/hero.webp", format="webp", steps=fit),
        Output(path="public/img/hero@600.avif", format="avif", width=600, encode={"quality": 60}, steps=fit),
        Output(path="public/img/hero@1200.avif", format="avif", width=1200, encode={"quality": 60}, steps=fit),
    )
    icon = manifest.assets["icon[theme=dark]"]
    assert (icon.base, icon.variant, icon.prompt) == ("icon", {"theme": "dark"}, "flat icon of a brain circuit, dark background")
    assert icon.outputs == (Output(path="public/img/icons/icon-dark.png", format="png"),)
    logo = manifest.assets["logo"]
    assert (logo.file, logo.prompt, logo.size) == ("art/logo.png", "", None)


def test_places_are_told_where_the_value_comes_from():
    hero = load_text(DESIGN).assets["hero"]
    assert hero.place == Place(file="assetgen.toml", line=30, column=9, length=4, text="[assets.hero]")
    assert hero.where["size"].line == 34
    assert hero.where["outputs.1"].column == 25
    assert hero.where["expect.alpha"].length == 4
    logo = load_text(DESIGN).assets["icon[theme=light]"]
    assert logo.where["size"].line == 9
    assert set(logo.where) == {"", "matrix", "prompt", "outputs", "model", "size"}
    assert "seed" not in logo.where


def test_an_empty_manifest_is_one():
    assert load_text("version = 1\n") == Manifest(assets={}, files=("assetgen.toml",))


def test_without_a_manifest():
    with pytest.raises(FaultyFile) as caught:
        load(Memory({}), VOCABULARY)
    (fault,) = caught.value.faults
    assert (fault.message, fault.hint) == ('there is no "assetgen.toml" here', "assetgen init")


@pytest.mark.parametrize(
    ("written", "megapixels", "size"),
    [
        ("1024x768", None, Size(1024, 768)),
        ([1024, 768], None, Size(1024, 768)),
        ("16:9", None, Ratio(16, 9)),
        ("16:9", 2, Ratio(16, 9, 2.0)),
        ("16384x1", None, Size(16384, 1)),
    ],
)
def test_sizes(written, megapixels, size):
    assert parse_size(written, megapixels) == size


def test_default_outputs_are_named_after_the_asset_and_its_variant():
    assert one('[assets."blog/hero"]\nprompt = "x"').outputs == (Output(path="blog/hero.png", format="png"),)
    manifest = load_text('[assets.icon]\nprompt = "x"\nmatrix = { size = ["s", "m"], theme = ["light"] }')
    assert [(name, asset.outputs[0].path) for name, asset in manifest.assets.items()] == [
        ("icon[size=s,theme=light]", "icon-s-light.png"),
        ("icon[size=m,theme=light]", "icon-m-light.png"),
    ]


def test_widths_times_formats():
    asset = one(
        '[assets.a]\nprompt = "x"\nsize = "1200x600"\n'
        'outputs = [{ path = "{name}-{width}x{height}.{format}",widths = [300, 601], formats = ["webp", "jpg"], quality = 70, effort = 2 }]'
    )
    assert [(output.path, output.format, output.width, output.encode) for output in asset.outputs] == [
        ("a-300x150.webp", "webp", 300, {"quality": 70, "effort": 2}),
        ("a-300x150.jpg", "jpeg", 300, {"quality": 70}),
        ("a-601x300.webp", "webp", 601, {"quality": 70, "effort": 2}),
        ("a-601x300.jpg", "jpeg", 601, {"quality": 70}),
    ]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ('size = "800x600"', "800x600"),
        ('post = [{ op = "fit", width = 90, height = 40 }]', "90x40"),
        ('size = "800x600"\npost = [{ op = "trim" }, { op = "crop", width = 9, height = 4 }]', "9x4"),
    ],
)
def test_dimensions_that_are_known_can_stand_in_a_path(fields, path):
    assert one(f'[assets.a]\nprompt = "x"\n{fields}\noutputs = ["{{width}}x{{height}}.png"]').outputs[0].path == f"{path}.png"


@pytest.mark.parametrize("post", ['{ op = "trim" }', '{ op = "resize", width = 90, height = 40 }', '{ op = "resize", width = 90 }'])
def test_dimensions_that_are_not_known_cannot(post):
    faults = faults_of(f'[assets.a]\nprompt = "x"\nsize = "800x600"\npost = [{post}]\noutputs = ["{{height}}.png"]')
    assert [message for *_, message, _ in faults] == ['assets.a.outputs[0]: "{height}" has no value here']


def test_post_of_an_output_follows_that_of_the_asset():
    asset = one(
        '[assets.a]\nprompt = "x"\npost = [{ op = "trim" }]\noutputs = ["a.png", { path = "b.png", post = [{ op = "grayscale" }] }]'
    )
    assert [[step.op for step in output.steps] for output in asset.outputs] == [["trim"], ["trim", "grayscale"]]


def test_placeholders_and_their_order():
    asset = one(
        '[variables]\nbrand = "root"\nplace = "root {kept}"\n'
        '[assets.a]\nmatrix = { theme = ["dark"] }\nvariables = { brand = "own", theme = "own" }\n'
        'prompt = "{brand} {theme} {{x}} {place} {name}"\nalt = "{brand}"\nnegative = "{theme}"\n'
        'post = [{ op = "text", text = "{brand}" }]\nreferences = ["art/{theme}.png"]\nmask = "art/{name}.png"'
    )
    assert asset.prompt == "own dark {x} root {kept} a"
    assert (asset.alt, asset.negative) == ("own", "dark")
    assert asset.outputs[0].steps[0].params["text"] == "own"
    assert asset.references == (Local("art/dark.png"),)
    assert asset.mask == Local("art/a.png")


def test_styles_are_applied_in_order():
    asset = one(
        '[variables]\nbrand = "blue"\n[styles.frame]\nprompt = "before, {prompt}, after"\nnegative = "text, blur"\n'
        '[styles.tail]\nprompt = "in {brand}"\nnegative = "blur, {brand}"\n'
        '[assets.a]\nprompt = "x {{prompt}}"\nnegative = "fog"\nstyle = ["frame", "tail"]'
    )
    assert asset.prompt == "before, x {prompt}, after, in blue"
    assert asset.negative == "fog, text, blur, blue"


def test_a_negative_alone_stays_as_it_was_written():
    assert one('[assets.a]\nprompt = "x"\nnegative = "a,  b, a"').negative == "a,  b, a"


def test_built_in_styles():
    assert len(BUILT_IN) >= 20
    assert {"photorealistic", "isometric", "flat-design", "blueprint", "watercolor", "pixel-art", "technical-diagram"} <= BUILT_IN.keys()
    assert BUILT_IN["watercolor"] == BUILT_IN["watercolour"]
    for name in BUILT_IN:
        assert one(f'[assets.a]\nprompt = "THIS"\nstyle = "{name}"').prompt.count("THIS") == 1


def test_defaults_are_overruled_and_tables_merged():
    manifest = load_text(
        '[defaults]\nmodel = "flux-dev"\nparams = { steps = 20, guidance = 3 }\ntags = ["a"]\nvariables = { x = "1", y = "2" }\n'
        "expect = { alpha = true, width = 3 }\n"
        '[assets.a]\nprompt = "{x}{y}"\nparams = { steps = 9 }\ntags = ["b"]\nvariables = { y = "3" }\nexpect = { width = 4 }\n'
        '[assets.b]\nfile = "b.jpg"\noutputs = ["c.png"]'
    )
    a, b = manifest.assets.values()
    assert (a.model, a.params, a.tags, a.prompt) == ("flux-dev", {"steps": 9, "guidance": 3}, ("b",), "13")
    assert a.expect == Expect(alpha=True, width=4)
    assert (b.model, b.params, b.file, b.tags) == ("sketch", {}, "b.jpg", ("a",))


@pytest.mark.parametrize(
    ("fields", "model", "provider", "via", "params"),
    [
        ("", "sketch", None, (), {}),
        ('model = "dall-e-3"', "dall-e-3", None, (), {}),
        ('model = "owner/name:v"\nprovider = "replicate"', "owner/name:v", "replicate", (), {}),
        ('provider = "manual"', "manual", "manual", (), {}),
        ('model = "fast"', "flux-dev", None, ("fal",), {"steps": 4, "guidance": 3}),
        ('model = "fast"\nparams = { steps = 5 }', "flux-dev", None, ("fal",), {"steps": 5, "guidance": 3}),
        ('model = "fast"\nvia = ["replicate"]', "flux-dev", None, ("replicate",), {"steps": 4, "guidance": 3}),
        ('model = "fast"\nprovider = "replicate"', "flux-dev", "replicate", (), {"steps": 4, "guidance": 3}),
        ('model = "own"', "me/it", "replicate", (), {}),
        ('model = "gpt-image-2"', "gpt-image-2", None, ("openai",), {"quality": "high"}),
    ],
)
def test_models_and_aliases(fields, model, provider, via, params):
    asset = one(
        '[models.fast]\nuse = "flux-dev"\nvia = ["fal"]\nparams = { steps = 4, guidance = 3 }\n'
        '[models.own]\nuse = "me/it"\nprovider = "replicate"\n[models.gpt-image-2]\nvia = ["openai"]\nparams = { quality = "high" }\n'
        f'[assets.a]\nprompt = "x"\n{fields}'
    )
    assert (asset.model, asset.provider, asset.via, asset.params) == (model, provider, via, params)


@pytest.mark.parametrize(
    ("defaults", "own", "params", "via"),
    [
        ('model = "fast"\nparams = { steps = 7 }', "", {"steps": 7, "guidance": 3}, ("fal",)),
        ("params = { steps = 7, seed_mode = 1 }", 'model = "fast"', {"steps": 4, "guidance": 3, "seed_mode": 1}, ("fal",)),
        ('via = ["replicate"]', 'model = "fast"', {"steps": 4, "guidance": 3}, ("fal",)),
        ('model = "fast"\nvia = ["replicate"]', "", {"steps": 4, "guidance": 3}, ("replicate",)),
    ],
)
def test_an_alias_stands_beneath_the_table_that_names_it(defaults, own, params, via):
    alias = '[models.fast]\nuse = "flux-dev"\nvia = ["fal"]\nparams = { steps = 4, guidance = 3 }\n'
    asset = one(f'{alias}[defaults]\n{defaults}\n[assets.a]\nprompt = "x"\n{own}')
    assert (asset.model, asset.params, asset.via) == ("flux-dev", params, via)


def test_references_to_variants():
    manifest = load_text(
        '[assets.icon]\nprompt = "x"\nmatrix = { theme = ["light", "dark"] }\n'
        '[assets.page]\nprompt = "x"\nmatrix = { theme = ["dark"], size = ["s"] }\nreferences = ["@icon", "@icon[theme={theme}]"]\n'
        '[assets.a]\nprompt = "x"\nreferences = ["@icon[theme=light]"]\nmask = "@page[theme=dark,size=s]"'
    )
    assert manifest.assets["page[theme=dark,size=s]"].references == (Upstream("icon[theme=dark]"), Upstream("icon[theme=dark]"))
    assert manifest.assets["a"].references == (Upstream("icon[theme=light]"),)
    assert manifest.assets["a"].mask == Upstream("page[theme=dark,size=s]")


def test_a_long_chain_of_references_is_no_circle():
    text = (
        "".join(f'[assets.a{index}]\nprompt = "x"\nreferences = ["@a{index + 1}"]\n' for index in range(2000))
        + '[assets.a2000]\nprompt = "x"'
    )
    assert len(load_text(text).assets) == 2001


def test_kinds_do_not_mix_through_defaults():
    manifest = load_text('[defaults]\nfile = "d.png"\nseed = 3\n[assets.a]\nprompt = "x"\n[assets.b]\noutputs = ["b.png"]')
    assert (manifest.assets["a"].file, manifest.assets["a"].seed) == (None, 3)
    assert (manifest.assets["b"].file, manifest.assets["b"].seed) == ("d.png", None)


def test_a_fault_of_the_defaults_is_told_once():
    assets = "".join(f'[assets.a{index}]\nprompt = "x"\n' for index in range(50))
    faults = faults_of(f'[defaults]\nsize = "wide"\npost = [{{ op = "fitt" }}]\n{assets}')
    assert [(line, message) for _, line, _, message, _ in faults] == [
        (3, 'defaults.size: "wide" is not a size'),
        (4, 'defaults.post[0].op: unknown op "fitt"'),
    ]


def test_paths_are_made_plain():
    asset = one('[assets.a]\nfile = "./art//a.png"\noutputs = ["./x//b.png"]')
    assert (asset.file, asset.outputs[0].path) == ("art/a.png", "x/b.png")


def test_ranges_of_settings_are_those_of_the_encoders():
    for setting, low, high in (("quality", 1, 100), ("effort", 0, 9)):
        assert problem(setting, low) is None
        assert problem(setting, high) is None
        assert problem(setting, high + 1) is not None
        name = next(each.name for each in FORMATS.values() if setting in each.settings)
        entry = f'[assets.a]\nprompt = "x"\noutputs = [{{ path = "a.x", format = "{name}", {setting} = '
        assert one(f"{entry}{high} }}]").outputs[0].encode == {setting: high}
        assert faults_of(f"{entry}{high + 1} }}]")


def test_ten_thousand_assets_load_soon_and_ask_for_no_place():
    text = 'version = 1\n[defaults]\nmodel = "sketch"\nsize = "1024x1024"\n' + "".join(
        f'[assets.a{index}]\nprompt = "a thing {index}"\nstyle = "blueprint"\nseed = {index}\noutputs = ["a{index}.webp"]\n'
        for index in range(10_000)
    )
    started = time.process_time()
    manifest = load_text(text)
    assert time.process_time() - started < 3  # measured 0.3; the bound only catches what is quadratic
    assert manifest.assets["a9999"].place.line == 10_000 * 5


FRAGMENTS = [
    "=",
    '"',
    "[",
    "]",
    "{",
    "}",
    "\n",
    "@hero",
    "nan",
    "-1",
    "{x}",
    "[assets.hero]",
    "1e999",
    "\u202e",
    "..",
    "\x00",
    "9" * 25,
    "2026-01-01",
    "true",
    "'''",
]


def read_or_refused(text):
    """Read it, or refuse it with faults that have places and can be shown; anything else fails the test."""
    try:
        manifest, faults = load_text(text.encode()), ()
    except FaultyFile as error:
        manifest, faults = None, error.faults
    assert isinstance(manifest, Manifest) != bool(faults)
    for fault in faults:
        assert fault.place
        assert render(fault).replace("\n", "").isprintable()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(DESIGN)), st.integers(0, 12), st.sampled_from(FRAGMENTS) | st.text(string.printable, max_size=4))
def test_a_damaged_manifest_is_read_or_refused(at, cut, put):
    read_or_refused(DESIGN[:at] + put + DESIGN[at + cut :])


values = st.recursive(
    st.sampled_from(
        ["1", "-1", "0.5", "nan", "true", '"x"', '"@a"', '"{a}"', '""', "2026-01-01", "07:00:00", '"a.png"', '"16:9"', "[]", "{}"]
    ),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(["op", "path", "width", "widths", "x", "token", "formats"]), inner, max_size=3).map(
            lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
        )
    ),
    max_leaves=4,
)
KEYS = [*AssetTable.__annotations__, *Document.__annotations__, "zzz"]
tables = st.dictionaries(st.sampled_from(KEYS), values, max_size=5).map(
    lambda table: "".join(f"{key} = {value}\n" for key, value in table.items())
)


@settings(max_examples=400, deadline=None)
@given(tables, tables, tables, st.sampled_from(["styles.a", "models.a", "policy", "project", "assets.a.expect", "assets.b.matrix"]))
def test_any_values_in_any_place_are_read_or_refused(top, asset, other, header):
    text = f"{top}\n[assets.a]\n{asset}\n[{header}]\n{other}"
    read_or_refused(text)


@pytest.mark.parametrize("field", ["seed", "size", "params.x", "candidates", "megapixels", "expect.width", "outputs", "alt"])
@pytest.mark.parametrize("value", ["0x" + "f" * 5000, "[0x" + "f" * 5000 + "]", "-0.0", "1e400"])
def test_numbers_beyond_all_bounds(field, value):
    read_or_refused(f'version = 1\n[assets.a]\nprompt = "x"\n{field} = {value}\n')
