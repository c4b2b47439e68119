import pytest

from assetgen.errors import FaultyFile
from tests.manifests import faults_of, load_text

ASSET = '[assets.{name}]\nprompt = "x"\n'


def test_files_are_read_once_in_order():
    manifest = load_text(
        'include = ["b.toml", "assets/*.toml"]',
        {
            "assets/2.toml": ASSET.format(name="two"),
            "assets/1.toml": 'include = ["b.toml", "c.toml"]\n' + ASSET.format(name="one"),
            "b.toml": ASSET.format(name="b"),
            "c.toml": ASSET.format(name="c"),
        },
    )
    assert manifest.files == ("assetgen.toml", "b.toml", "assets/1.toml", "c.toml", "assets/2.toml")
    assert list(manifest.assets) == ["b", "one", "c", "two"]


def test_defaults_hold_for_their_own_file_and_start_from_the_roots():
    manifest = load_text(
        'include = ["a.toml", "b.toml"]\n[defaults]\nmodel = "dall-e-3"\nseed = 1\nparams = { a = 1, b = 1 }\n' + ASSET.format(name="root"),
        {
            "a.toml": 'include = ["c.toml"]\n[defaults]\nseed = 2\nparams = { b = 2 }\n' + ASSET.format(name="a"),
            "b.toml": ASSET.format(name="b"),
            "c.toml": ASSET.format(name="c"),
        },
    )
    assert {asset.name: (asset.model, asset.seed, asset.params) for asset in manifest.assets.values()} == {
        "root": ("dall-e-3", 1, {"a": 1, "b": 1}),
        "a": ("dall-e-3", 2, {"a": 1, "b": 2}),
        "b": ("dall-e-3", 1, {"a": 1, "b": 1}),
        "c": ("dall-e-3", 1, {"a": 1, "b": 1}),
    }
    assert manifest.assets["a"].where["seed"].file == "a.toml"
    assert manifest.assets["a"].where["params.a"].file == "assetgen.toml"
    assert manifest.assets["a"].where["params.b"].file == "a.toml"


def test_paths_stay_relative_to_the_root():
    manifest = load_text(
        'include = ["sub/a.toml"]\n[project]\noutputs = "out"', {"sub/a.toml": '[assets.a]\nfile = "art/a.jpg"\noutputs = ["a.png"]'}
    )
    assert (manifest.assets["a"].file, manifest.assets["a"].outputs[0].path) == ("art/a.jpg", "out/a.png")


def test_styles_models_and_variables_of_every_file_are_known_in_every_file():
    manifest = load_text(
        'include = ["a.toml"]\n[assets.root]\nprompt = "{v}"\nstyle = "s"\nmodel = "m"',
        {"a.toml": '[variables]\nv = "V"\n[styles.s]\nprompt = "S"\n[models.m]\nuse = "flux-dev"'},
    )
    assert (manifest.assets["root"].prompt, manifest.assets["root"].model) == ("V, S", "flux-dev")


def test_a_name_defined_twice_names_both_places():
    twice = '[variables]\nv = "1"\n[styles.s]\nprompt = "x"\n[models.m]\nuse = "flux-dev"\n[assets.a]\nprompt = "x"\n'
    hint = "rename or remove one of the two"
    assert faults_of('include = ["b.toml"]\n' + twice, {"b.toml": twice}) == [
        ("b.toml", 2, 1, 'variables.v: "v" is defined in assetgen.toml:4 as well', hint),
        ("b.toml", 3, 9, 'styles.s: "s" is defined in assetgen.toml:5 as well', hint),
        ("b.toml", 5, 9, 'models.m: "m" is defined in assetgen.toml:7 as well', hint),
        ("b.toml", 7, 9, 'assets.a: "a" is defined in assetgen.toml:9 as well', hint),
    ]


def test_circles_of_files():
    files = {"a.toml": 'include = ["b.toml"]', "b.toml": 'include = ["a.toml"]'}
    assert faults_of('include = ["a.toml"]', files) == [
        ("b.toml", 1, 12, 'include[0]: files include each other: "a.toml" -> "b.toml" -> "a.toml"', "remove one of the includes")
    ]


def test_a_glob_leaves_out_the_files_that_include_it():
    assert load_text('include = ["*.toml"]', {"a.toml": 'include = ["*.toml"]', "b.toml": ""}).files == (
        "assetgen.toml",
        "a.toml",
        "b.toml",
    )


def test_depth():
    files = {f"{depth}.toml": f'include = ["{depth + 1}.toml"]' for depth in range(1, 12)}
    assert faults_of('include = ["1.toml"]', files) == [
        ("8.toml", 1, 12, "include[0]: files include files deeper than 8", "include it from the root manifest")
    ]
    files["8.toml"] = ASSET.format(name="deep")
    assert list(load_text('include = ["1.toml"]', files).assets) == ["deep"]


def test_faults_of_all_files_come_together():
    faults = faults_of(
        'include = ["a.toml", "b.toml", "none.toml"]\nsede = 3\n',
        {"a.toml": "x = \n", "b.toml": "[policy]\nmax_cost = 1\n[assets.b]\nsede = 1\n"},
    )
    assert [(file, line, message) for file, line, _, message, _ in faults] == [
        ("assetgen.toml", 2, 'include[2]: no file matches "none.toml"'),
        ("assetgen.toml", 3, 'sede: unknown key "sede"'),
        ("a.toml", 1, "expected a value"),
        ("b.toml", 1, 'policy: "policy" belongs into the root manifest'),
        ("b.toml", 4, 'assets.b.sede: unknown key "sede"'),
    ]


def test_an_output_over_an_included_file():
    faults = faults_of('include = ["a.x"]\n[assets.a]\nprompt = "x"\noutputs = [{ path = "a.x", format = "png" }]', {"a.x": ""})
    assert [message for *_, message, _ in faults] == ['assets.a.outputs[0].path: "a.x" would overwrite a file of the project']


@pytest.mark.parametrize("data", [b"\xff", b"\xef\xbb\xbfversion = 1", b"a = \x00"])
def test_an_included_file_that_is_no_text(data):
    with pytest.raises(FaultyFile) as caught:
        load_text('include = ["a.toml"]', {"a.toml": data})
    assert [fault.place.file for fault in caught.value.faults] == ["a.toml"]
