"""What a model takes, what it leaves out of account, and which other one could do it."""

from datetime import date

import pytest

from assetgen.catalog import Param, Supports, parse
from assetgen.catalog.fitting import Wanted, alpha_param, asks_alpha, bent, better, refused, see_through, unhonoured, wanted
from assetgen.model import Asset, Control, Expect, Local, Lora, Margins, Output, Ratio, Size, Step

TODAY = date(2026, 11, 22)
ASSET = Asset(name="a", base="a")
CATALOG = parse(
    {
        "x.toml": """
        [models.ours-plain]
        sizes = ["1024x1024", "1536x1024"]
        strengths = ["photo"]
        services.a = { id = "plain", rates = [{ amount = 0.01 }], usage = "commercial" }
        [models.ours-fill]
        sizes = { max_side = 2048 }
        strengths = ["inpainting", "photo"]
        supports = { seed = true, references = 1, mask = true }
        services.a = { id = "fill", usage = "non-commercial" }
        services.b = { id = "fill", usage = "commercial" }
        [models.ours-dear]
        like = "ours-fill"
        strengths = ["photo"]
        services.a = { rates = [{ amount = 1 }], usage = "commercial" }
        [models.theirs-all]
        sizes = { max_side = 512 }
        strengths = ["text", "photo"]
        [models.theirs-all.supports]
        seed = true
        negative = true
        alpha = true
        references = 4
        mask = true
        lora = true
        control = true
        kinds = ["pose"]
        [models.theirs-all.services.b]
        id = "all"
        rates = [{ amount = 0.5 }]
        usage = "commercial"
        [models.theirs-old]
        like = "theirs-all"
        shutdown = 2026-12-01
        replaced_by = ["theirs-all"]
        services.b = { id = "old" }
        [models.theirs-gone]
        like = "theirs-all"
        retired = 2026-11-22
        services.b = { id = "gone" }
        [models.draft]
        like = "theirs-all"
        strengths = ["placeholder"]
        """
    }
)


def named(want, instead_of="ours-plain", installed=("a", "b"), **options):
    found = better(CATALOG.models.values(), instead_of, want, installed=installed, today=TODAY, **options)
    return [model for model, _ in found]


def test_all_that_an_asset_asks_for_is_seen():
    control = Control(kind="pose", image=Local("p.png"))
    asset = Asset(
        name="a",
        base="a",
        seed=0,
        negative="fog",
        references=(Local("r.png"),),
        mask=Local("m.png"),
        loras=(Lora(id="x"),),
        controls=(control, control, Control(kind="canny", image=Local("p.png"))),
        size=Ratio(16, 9),
    )
    assert wanted(asset) == Wanted(
        references=1, mask=True, loras=True, controls=("pose", "canny"), seed=True, negative=True, alpha=False, size=Ratio(16, 9)
    )
    assert wanted(Asset(name="a", base="a", references=(Local("r.png"),), expand=Margins(left=8))).mask
    assert wanted(ASSET) == Wanted()


@pytest.mark.parametrize(
    ("want", "purpose"),
    [
        (Wanted(references=1, mask=True), "inpainting"),
        (Wanted(references=1, controls=("pose",)), "control"),
        (Wanted(references=1), "editing"),
        (Wanted(seed=True), ""),
    ],
)
def test_what_is_wanted_has_a_purpose(want, purpose):
    assert want.purpose == purpose


@pytest.mark.parametrize(
    ("want", "told"),
    [
        (Wanted(references=2), ["takes no references"]),
        (Wanted(mask=True, loras=True), ["takes no mask", "takes no LoRA"]),
        (Wanted(controls=("pose",)), ["takes no controls"]),
        (Wanted(seed=True, negative=True, alpha=True), []),
    ],
)
def test_what_a_bare_model_refuses(want, told):
    assert list(refused(Supports(), want)) == told


def test_counts_and_kinds_are_told():
    takes = Supports(references=1, control=True, kinds=("pose", "depth"))
    assert list(refused(takes, Wanted(references=2))) == ["takes at most 1 reference, and 2 are given"]
    assert list(refused(takes, Wanted(controls=("canny", "pose")))) == ['takes no control of the kind "canny"']
    assert list(refused(Supports(control=True), Wanted(controls=("canny",)))) == []


def test_what_is_left_out_of_account():
    plain, whole = CATALOG.models["ours-plain"], CATALOG.models["theirs-all"]
    want = Wanted(seed=True, negative=True, alpha=True, size=Ratio(1, 2))
    assert unhonoured(plain, "a", want) == ("negative", "seed", "alpha", "ratio")
    assert unhonoured(whole, "b", want) == ()
    assert unhonoured(plain, "a", Wanted(size=Size(1, 2))) == ()


@pytest.mark.parametrize(
    ("ratio", "size"), [(Ratio(16, 9), Size(1536, 1024)), (Ratio(3, 2), None), (Ratio(40, 39), None), (Ratio(9, 16), Size(1024, 1024))]
)
def test_a_ratio_that_comes_out_otherwise_is_bent(ratio, size):
    assert bent(CATALOG.models["ours-plain"], "a", ratio) == size


def output(*ops):
    return Output(path="a.png", format="png", steps=tuple(Step(op=op) for op in ops))


@pytest.mark.parametrize(
    ("asset", "seen"),
    [
        (Asset(name="a", base="a", expect=Expect(alpha=True), outputs=(output("fit", "sharpen"),)), True),
        (Asset(name="a", base="a", expect=Expect(alpha=True), outputs=(output("round_corners"), output("fit"))), True),
        (Asset(name="a", base="a", expect=Expect(alpha=True), outputs=(output("fit", "somebodys"),)), False),
        (Asset(name="a", base="a", expect=Expect(alpha=False), outputs=(output(),)), False),
        (Asset(name="a", base="a", params={"background": "transparent"}), True),
        (Asset(name="a", base="a", params={"transparent": False, "background": "opaque"}), False),
    ],
)
def test_a_picture_that_must_be_transparent_is_told_apart(asset, seen):
    assert see_through(asset) is seen


def test_the_parameter_that_asks_for_transparency():
    assert alpha_param({"background": Param(type="string", choices=("auto", "transparent"))}.items()) == ("background", "transparent")
    assert alpha_param({"transparent": Param(type="boolean")}.items()) == ("transparent", True)
    assert alpha_param({"background": Param(type="string")}.items()) is None
    assert asks_alpha([("transparent", True)])


def test_another_model_takes_all_of_it_and_the_best_comes_first():
    assert named(Wanted(references=1, mask=True)) == ["ours-fill", "ours-dear", "theirs-all", "theirs-old"]
    assert named(Wanted(references=1, mask=True, size=Size(1024, 1024))) == ["ours-fill", "ours-dear"]
    assert named(Wanted(references=2)) == ["theirs-all", "theirs-old"]
    assert named(Wanted(references=9)) == []


def test_the_users_own_provider_licence_and_purpose_decide():
    want = Wanted(references=1, mask=True)
    for name in ("a", "b"):
        assert better(CATALOG.models.values(), "x", want, installed=("a", "b"), beside=name, today=TODAY)[0] == ("ours-fill", name)
    assert named(want, installed=("a",)) == ["ours-fill", "ours-dear"]
    assert named(want, installed=("a",), commercial=True) == ["ours-dear"]
    assert named(Wanted(), purpose="text") == ["theirs-all", "theirs-old"]
    assert named(Wanted(), "theirs-all", installed=("a",))[0] == "ours-plain"
