"""LoRAs and guiding pictures: one manifest, and what each provider makes of it or refuses."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.catalog import parse
from assetgen.engine.addressing import addressed
from assetgen.errors import Impossible
from assetgen.model import Lora, Size
from assetgen.providers import Blob, Guide, Request, comfyui, fal, firefly, ideogram, manual, openai, replicate, shapes, sketch, stability
from assetgen.providers.comfyui import wiring
from assetgen.providers.fal.arguments import call
from assetgen.providers.fal.models import MODELS as FAL
from assetgen.providers.replicate.models import MODELS as REPLICATE
from assetgen.providers.replicate.models import shape
from assetgen.settings import Settings
from tests.servers import serve_fal, serve_replicate
from tests.servers.clients import Slip, clients
from tests.servers.fal import FAL_KEY
from tests.servers.pictures import draw
from tests.servers.replicate import TOKEN

FOLDER = Path(__file__).parent.parent / "assetgen" / "catalog"
CATALOG = parse({path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")})
PROVIDERS = {
    module.__name__.rpartition(".")[2]: module.create(Settings(), None)
    for module in (comfyui, fal, firefly, ideogram, manual, openai, replicate, sketch, stability)
}
EDGES = Blob(data=draw("edges", 64, 64), format="png", name="edges.png")
STICK = Blob(data=draw("stick", 64, 64), format="png", name="stick.png")
PHOTO = Blob(data=draw("photo", 64, 64), format="png", name="photo.png")
ONE = (Lora(id="acme/fox", scale=0.8),)
TWO = (*ONE, Lora(id="acme/snow"))
CANNY = (Guide(kind="canny", image=EDGES, scale=0.7),)
UNION = "Shakker-Labs/FLUX.1-dev-ControlNet-Union-Pro"


def asked(provider, model, **fields):
    """A request of a manifest in the provider's own terms."""
    return addressed(CATALOG, Request(model=model, prompt="a fox", **fields), provider, None)


def sent(provider, model, **fields):
    """The provider's name of what is asked, and the input; a picture stands there by its name."""
    request = asked(provider, model, **fields)
    PROVIDERS[provider].check(request)
    if provider == "fal":
        made = call(request)
        return made.app.id, shapes.arguments(made.shape, request, lambda blob: blob.name)
    name, found = shapes.served(request.id, shape, request)
    return name, shapes.arguments(found, request, lambda blob: blob.name)


def refusal(provider, model, **fields):
    with pytest.raises(Impossible) as caught:
        PROVIDERS[provider].check(asked(provider, model, **fields))
    return caught.value.message, caught.value.hint


# --- LoRAs


@pytest.mark.parametrize(
    ("provider", "model", "loras", "name", "fields"),
    [
        (
            "replicate",
            "flux-dev",
            ONE,
            "black-forest-labs/flux-dev-lora",
            {"lora_weights": "acme/fox", "lora_scale": 0.8},
        ),
        (
            "replicate",
            "flux-dev",
            TWO,
            "black-forest-labs/flux-dev-lora",
            {"lora_weights": "acme/fox", "lora_scale": 0.8, "extra_lora": "acme/snow", "extra_lora_scale": 1.0},
        ),
        (
            "replicate",
            "flux-schnell",
            ONE,
            "black-forest-labs/flux-schnell-lora",
            {"lora_weights": "acme/fox", "lora_scale": 0.8},
        ),
        (
            "fal",
            "flux-dev",
            TWO,
            "fal-ai/flux-lora",
            {"loras": [{"path": "acme/fox", "scale": 0.8}, {"path": "acme/snow", "scale": 1.0}]},
        ),
        ("fal", "flux-2-dev", ONE, "fal-ai/flux-2/lora", {"loras": [{"path": "acme/fox", "scale": 0.8}]}),
        ("fal", "flux-2-klein-4b", ONE, "fal-ai/flux-2/klein/4b/lora", {"loras": [{"path": "acme/fox", "scale": 0.8}]}),
        ("fal", "sd3.5-large", ONE, "fal-ai/stable-diffusion-v35-large", {"loras": [{"path": "acme/fox", "scale": 0.8}]}),
        ("fal", "qwen-image", ONE, "fal-ai/qwen-image", {"loras": [{"path": "acme/fox", "scale": 0.8}]}),
        ("fal", "qwen-image-2512", ONE, "fal-ai/qwen-image-2512/lora", {"loras": [{"path": "acme/fox", "scale": 0.8}]}),
        # Both ways to name a repository of the hub that Replicate knows are fal's own way, too.
        (
            "fal",
            "flux-dev",
            (Lora(id="huggingface.co/acme/fox"), Lora(id="https://huggingface.co/acme/snow"), Lora(id="https://e.org/x.safetensors")),
            "fal-ai/flux-lora",
            {
                "loras": [
                    {"path": "acme/fox", "scale": 1.0},
                    {"path": "acme/snow", "scale": 1.0},
                    {"path": "https://e.org/x.safetensors", "scale": 1.0},
                ]
            },
        ),
    ],
)
def test_a_lora_goes_to_the_variant_that_takes_it(provider, model, loras, name, fields):
    found, body = sent(provider, model, loras=loras)
    assert found == name
    assert {key: value for key, value in body.items() if "lora" in key} == fields
    plain, without = sent(provider, model)
    assert plain == CATALOG.models[model].services[provider].id
    assert not any("lora" in key for key in without)


def test_a_lora_beside_a_reference_or_a_mask():
    assert sent("fal", "flux-dev", loras=ONE, references=(PHOTO,))[0] == "fal-ai/flux-lora/image-to-image"
    assert sent("fal", "flux-dev", loras=ONE, references=(PHOTO,), mask=STICK)[0] == "fal-ai/flux-lora/inpainting"
    assert sent("fal", "flux-2-klein-9b", loras=ONE, references=(PHOTO,))[0] == "fal-ai/flux-2/klein/9b/edit/lora"
    name, body = sent("replicate", "flux-dev", loras=ONE, references=(PHOTO,))
    assert (name, body["image"]) == ("black-forest-labs/flux-dev-lora", "photo.png")
    name, body = sent("replicate", "flux-dev", loras=ONE, references=(PHOTO,), mask=STICK)
    assert (name, body["mask"], body["megapixels"]) == ("black-forest-labs/flux-fill-dev", "stick.png", "match_input")


def test_a_mask_goes_to_the_variant_that_fills():
    assert sent("fal", "flux-dev", references=(PHOTO,), mask=STICK)[0] == "fal-ai/flux-lora-fill"
    assert sent("fal", "flux-1.1-pro", references=(PHOTO,), mask=STICK)[0] == "fal-ai/flux-pro/v1/fill"
    assert sent("replicate", "flux-1.1-pro", references=(PHOTO,), mask=STICK)[0] == "black-forest-labs/flux-fill-pro"
    assert refusal("replicate", "ideogram-3", references=(PHOTO,)) == ('model "ideogram-3" needs a mask', 'mask = "…"')


def test_kontext_draws_from_words_alone():
    assert sent("fal", "flux-kontext-pro", size=Size(1024, 1024))[0] == "fal-ai/flux-pro/kontext/text-to-image"
    assert sent("fal", "flux-kontext-dev")[0] == "fal-ai/flux-kontext-lora/text-to-image"
    assert sent("fal", "flux-kontext-dev", loras=ONE, references=(PHOTO,))[0] == "fal-ai/flux-kontext-lora"


FILE = (Lora(file="art/fox.safetensors"),)


@pytest.mark.parametrize(
    ("provider", "model", "loras", "message", "hint"),
    [
        (
            "fal",
            "flux-dev",
            FILE,
            'model "flux-dev" takes LoRAs by address only, not the file "art/fox.safetensors"',
            'loras = ["owner/name"]',
        ),
        (
            "replicate",
            "flux-dev",
            FILE,
            'model "flux-dev" takes LoRAs by address only, not the file "art/fox.safetensors"',
            'loras = ["owner/name"]',
        ),
        ("replicate", "flux-schnell", TWO, 'model "flux-schnell" takes at most 1 LoRA, and 2 are given', 'loras = ["acme/fox"]'),
        ("replicate", "flux-dev", TWO + ONE, 'model "flux-dev" takes at most 2 LoRAs, and 3 are given', 'provider = "fal"'),
        (
            "replicate",
            "flux-dev",
            (Lora(id="a/b", scale=4),),
            'model "flux-dev" takes no LoRA with a scale of 4',
            "a number from -1 to 3",
        ),
        ("fal", "flux-schnell", ONE, 'model "flux-schnell" takes no LoRAs', 'model = "flux-dev"'),
        ("replicate", "flux-1.1-pro", ONE, 'model "flux-1.1-pro" takes no LoRAs', 'model = "flux-dev"'),
        ("openai", "gpt-image-2", ONE, 'model "gpt-image-2" takes no LoRAs', 'model = "flux-dev"'),
        ("ideogram", "ideogram-3", ONE, 'model "ideogram-3" takes no LoRAs', 'model = "flux-dev"'),
        ("firefly", "firefly-image4", ONE, 'model "firefly-image4" takes no LoRAs', 'model = "flux-dev"'),
        ("stability", "sd3.5-large", ONE, 'model "sd3.5-large" takes no LoRAs', 'model = "flux-dev"'),
        ("manual", "midjourney-v7", ONE, 'model "midjourney-v7" takes no LoRAs', 'model = "flux-dev"'),
        (
            "comfyui",
            "comfyui",
            FILE,
            'comfyui takes LoRAs by their name in its own folder, not the file "art/fox.safetensors"',
            'loras = ["name.safetensors"]',
        ),
    ],
)
def test_a_lora_that_cannot_be_had(provider, model, loras, message, hint):
    assert refusal(provider, model, loras=loras) == (message, hint)


def test_a_lora_is_no_parameter_any_more():
    assert (
        refusal("fal", "flux-dev", loras=ONE, params={"loras": []})[0] == '"loras" is not a parameter: it is written by the field "loras"'
    )
    message, hint = refusal("replicate", "flux-dev-lora", params={"extra_lora": "a/b"})
    assert (message, hint) == ('"extra_lora" is not a parameter: it is written by the field "loras"', 'remove "extra_lora" from params')
    message, _ = refusal("replicate", "flux-canny-dev", guides=CANNY, params={"control_image": "x"})
    assert message == '"control_image" is not a parameter: it is written by the field "controls"'


def test_a_version_that_somebody_chose_is_never_changed_for_another():
    version = "black-forest-labs/flux-dev:" + "a" * 64
    with pytest.raises(Impossible, match='model "m" takes no LoRAs'):
        PROVIDERS["replicate"].check(Request(model="m", id=version, prompt="a fox", loras=ONE))


def test_a_mask_stands_in_the_place_of_a_picture():
    five = (PHOTO,) * 5
    PROVIDERS["ideogram"].check(asked("ideogram", "ideogram-4.5", references=five))
    PROVIDERS["ideogram"].check(asked("ideogram", "ideogram-4.5", references=five[1:], mask=STICK))
    told = 'model "ideogram-4.5" takes at most 4 references, and 5 are given'
    assert refusal("ideogram", "ideogram-4.5", references=five, mask=STICK) == (told, "")


# --- guiding pictures


def test_edges_at_replicate():
    guide = (Guide(kind="canny", image=EDGES),)
    name, body = sent("replicate", "flux-dev", guides=guide)
    assert (name, body["control_image"], body["megapixels"]) == ("black-forest-labs/flux-canny-dev", "edges.png", "match_input")
    assert sent("replicate", "flux-canny-dev", guides=guide) == (name, body)
    assert sent("replicate", "flux-dev", guides=(Guide(kind="depth", image=EDGES),))[0] == "black-forest-labs/flux-depth-dev"


def test_edges_and_a_pose_at_fal_are_read_by_one_set_of_weights():
    name, body = sent("fal", "flux-dev", guides=(*CANNY, Guide(kind="pose", image=STICK)), loras=TWO)
    assert (name, len(body["loras"])) == ("fal-ai/flux-general", 2)
    controls = [
        {"control_mode": "canny", "control_image_url": "edges.png", "conditioning_scale": 0.7},
        {"control_mode": "pose", "control_image_url": "stick.png"},
    ]
    assert body["controlnet_unions"] == [{"path": UNION, "controls": controls}]
    assert "controlnets" not in body


def test_weights_of_ones_own_at_fal():
    own = Guide(kind="hed", image=STICK, model="https://huggingface.co/acme/hed-net")
    name, body = sent("fal", "flux-general", negative="text", guides=(*CANNY, own), references=(PHOTO,))
    assert (name, body["image_url"], body["negative_prompt"]) == ("fal-ai/flux-general/image-to-image", "photo.png", "text")
    assert body["controlnets"] == [{"path": "acme/hed-net", "control_image_url": "stick.png"}]
    assert body["controlnet_unions"][0]["path"] == UNION
    [union] = sent("fal", "flux-dev", guides=(Guide(kind="depth", image=EDGES, model="InstantX/FLUX.1-dev-Controlnet-Union"),))[1][
        "controlnet_unions"
    ]
    assert union == {
        "path": "InstantX/FLUX.1-dev-Controlnet-Union",
        "controls": [{"control_mode": "depth", "control_image_url": "edges.png"}],
    }
    _, body = sent("fal", "sd3.5-large", guides=(Guide(kind="canny", image=EDGES, scale=0.5, model="acme/net"),))
    assert body["controlnet"] == {"path": "acme/net", "control_image_url": "edges.png", "conditioning_scale": 0.5}


def test_the_models_that_do_nothing_else():
    name, body = sent("fal", "flux-canny-dev", guides=CANNY, loras=ONE)
    assert name == "fal-ai/flux-control-lora-canny"
    assert (body["control_lora_image_url"], body["control_lora_strength"], len(body["loras"])) == ("edges.png", 0.7, 1)
    name, body = sent("fal", "flux-depth-dev", guides=(Guide(kind="depth", image=EDGES),), references=(PHOTO,))
    assert (name, body["image_url"], "control_lora_strength" in body) == (
        "fal-ai/flux-control-lora-depth/image-to-image",
        "photo.png",
        False,
    )


def test_what_the_catalog_calls_ignored_is_ignored_by_the_variants_too():
    _, body = sent("fal", "flux-dev", guides=CANNY, negative="text")
    assert "negative_prompt" not in body


OWN = Guide(kind="hed", image=EDGES, model="acme/a")


@pytest.mark.parametrize(
    ("provider", "model", "fields", "message", "hint"),
    [
        (
            "replicate",
            "flux-dev",
            {"guides": (Guide(kind="pose", image=STICK),)},
            'model "flux-dev" follows no picture of the kind "pose"',
            'kind is one of "canny", "depth"',
        ),
        (
            "replicate",
            "flux-dev",
            {"guides": CANNY},
            'model "flux-dev" takes no scale for a guiding picture',
            'remove "scale" from controls',
        ),
        (
            "replicate",
            "flux-dev",
            {"guides": (Guide(kind="canny", image=EDGES, model="acme/net"),)},
            'model "flux-dev" has its own way to read a guiding picture',
            'remove "model" from controls',
        ),
        (
            "replicate",
            "flux-dev",
            {"guides": (Guide(kind="canny", image=EDGES),) * 2},
            'model "flux-dev" takes one guiding picture, and 2 are given',
            "",
        ),
        (
            "replicate",
            "flux-dev",
            {"guides": (Guide(kind="canny", image=EDGES),), "loras": ONE},
            'model "flux-dev" takes no LoRAs together with guiding pictures',
            'remove "loras"',
        ),
        (
            "replicate",
            "flux-canny-dev",
            {"guides": (Guide(kind="depth", image=EDGES),)},
            'model "flux-canny-dev" follows no picture of the kind "depth"',
            'kind = "canny"',
        ),
        (
            "replicate",
            "flux-depth-dev",
            {},
            'model "flux-depth-dev" needs a guiding picture',
            'controls = [{ kind = "depth", image = "…" }]',
        ),
        (
            "fal",
            "flux-dev",
            {"guides": (Guide(kind="hed", image=EDGES),)},
            'model "flux-dev" knows no usual weights for a guiding picture of the kind "hed"',
            'controls = [{ kind = "hed", image = "…", model = "owner/name" }]',
        ),
        (
            "fal",
            "sd3.5-large",
            {"guides": (Guide(kind="depth", image=EDGES),)},
            'model "sd3.5-large" knows no usual weights for a guiding picture of the kind "depth"',
            'controls = [{ kind = "depth", image = "…", model = "stabilityai/stable-diffusion-3.5-large-controlnet-depth" }]',
        ),
        (
            "fal",
            "flux-dev",
            {"guides": (OWN, Guide(kind="lineart", image=EDGES, model="acme/b"))},
            'model "flux-dev" takes one set of weights for guiding pictures, and not "acme/a" and "acme/b"',
            "",
        ),
        (
            "fal",
            "flux-dev",
            {"guides": (*CANNY, Guide(kind="pose", image=STICK, model="acme/my-union"))},
            f'model "flux-dev" takes one set of weights for guiding pictures, and not "{UNION}" and "acme/my-union"',
            "",
        ),
        ("fal", "flux-2-pro", {"guides": CANNY}, 'model "flux-2-pro" takes no guiding pictures', 'model = "flux-dev"'),
        ("openai", "gpt-image-2", {"guides": CANNY}, 'model "gpt-image-2" takes no guiding pictures', 'model = "flux-dev"'),
        ("ideogram", "ideogram-4", {"guides": CANNY}, 'model "ideogram-4" takes no guiding pictures', 'model = "flux-dev"'),
        ("stability", "sd3.5-large", {"guides": CANNY}, 'model "sd3.5-large" takes no guiding pictures', 'model = "flux-dev"'),
        ("firefly", "firefly-image5", {"guides": CANNY}, 'model "firefly-image5" takes no guiding pictures', 'model = "flux-dev"'),
        (
            "firefly",
            "firefly-image4",
            {"guides": CANNY},
            'model "firefly-image4" follows no picture of the kind "canny"',
            'kind = "structure"',
        ),
        (
            "firefly",
            "firefly-image4",
            {"guides": (Guide(kind="structure", image=EDGES, scale=1.5),)},
            'model "firefly-image4" takes no guiding picture with a scale of 1.5',
            "a number from 0 to 1",
        ),
        (
            "firefly",
            "firefly-image4",
            {"guides": (Guide(kind="structure", image=EDGES),) * 2},
            'model "firefly-image4" takes one guiding picture, and 2 are given',
            "",
        ),
        (
            "firefly",
            "firefly-image4",
            {"guides": (Guide(kind="structure", image=EDGES, model="x"),)},
            'model "firefly-image4" has its own way to read a guiding picture',
            'remove "model" from controls',
        ),
    ],
)
def test_a_guiding_picture_that_cannot_be_followed(provider, model, fields, message, hint):
    assert refusal(provider, model, **fields) == (message, hint)


def test_the_size_is_that_of_the_picture_that_is_followed():
    request = addressed(
        CATALOG, Request(model="flux-dev", prompt="a fox", guides=(Guide(kind="canny", image=EDGES),)), "replicate", Size(1024, 1024)
    )
    with pytest.raises(Impossible, match='model "flux-dev" gives a picture the size of its guiding picture'):
        PROVIDERS["replicate"].check(request)
    other = addressed(CATALOG, request, "fal", Size(1024, 1024))
    PROVIDERS["fal"].check(other)


@given(
    st.sampled_from([("fal", name) for name in FAL] + [("replicate", name) for name in REPLICATE]),
    st.lists(st.sampled_from([Lora(id=f"acme/lora{nth}", scale=nth / 2) for nth in range(6)]), max_size=3, unique=True),
    st.lists(
        st.sampled_from([Guide(kind=kind, image=Blob(data=b"x", format="png", name=f"{kind}.png")) for kind in ("canny", "depth", "pose")]),
        max_size=2,
        unique=True,
    ),
)
def test_whatever_is_let_through_is_all_there_once(entry, loras, guides):
    provider, name = entry
    request = Request(model="m", id=name, prompt="a fox", loras=tuple(loras), guides=tuple(guides))
    try:
        served, found = shapes.served(name, FAL.__getitem__ if provider == "fal" else shape, request)
        shapes.check(found, request)
    except Impossible:
        return
    body = json.dumps(shapes.arguments(found, request, lambda blob: blob.name))
    assert [body.count(f'"{lora.id}"') for lora in loras] == [1] * len(loras)
    assert [body.count(f'"{guide.image.name}"') for guide in guides] == [1] * len(guides)
    assert PROVIDERS[provider].asked(request) == served


# --- over the wire, and at the till


def test_the_servers_of_both_are_asked_for_the_variant():
    request = asked("fal", "flux-dev", loras=ONE, guides=CANNY)
    with serve_fal() as server, clients(fal.create, FAL_QUEUE_URL=server.base_url, FAL_KEY=FAL_KEY) as connect:
        [picture] = connect().generate(request, Slip())
        assert (picture.model, server.requests[0].path) == ("fal-ai/flux-general", "/fal-ai/flux-general")
        [control] = server.requests[0].fields["controlnet_unions"][0]["controls"]
        assert control["control_image_url"].startswith("data:image/png;base64,")
    request = asked("replicate", "flux-dev", loras=TWO, seed=3)
    with serve_replicate() as server, clients(replicate.create, REPLICATE_BASE_URL=server.base_url, REPLICATE_API_TOKEN=TOKEN) as connect:
        [picture] = connect().generate(request, Slip())
        assert server.requests[0].path == "/v1/models/black-forest-labs/flux-dev-lora/predictions"
        assert server.requests[0].fields["input"]["go_fast"] is False
        assert (picture.effective["extra_lora"], picture.unhonoured) == ("acme/snow", ())


def price(model, provider, **fields):
    request = asked(provider, model, **fields)
    served = PROVIDERS[provider].asked(request)
    return served, CATALOG.price(CATALOG.models[model], provider, Size(1024, 1024), {}, asked=served)


def test_a_variant_is_never_sold_at_the_price_of_the_model():
    name, plain = price("flux-dev", "fal")
    assert (name, plain is None) == ("fal-ai/flux/dev", False)
    for fields in ({"loras": ONE}, {"guides": CANNY}, {"references": (PHOTO,)}):
        name, found = price("flux-dev", "fal", **fields)
        other = next((model for model in CATALOG.models.values() if "fal" in model.services and model.services["fal"].id == name), None)
        expected = CATALOG.price(other, "fal", Size(1024, 1024), {}) if other else None
        assert name != "fal-ai/flux/dev"
        assert found == expected
    name, found = price("nano-banana", "fal", references=(PHOTO,))
    assert (name, found.high) == ("fal-ai/nano-banana/edit", Decimal("0.039"))
    dearest = CATALOG.price(CATALOG.models["ideogram-3"], "fal", None, {"rendering_speed": "QUALITY"}, asked="fal-ai/ideogram/v3/edit")
    assert dearest.high == Decimal("0.09")


MANIFEST = """
version = 1

[defaults]
prompt = "a fox"
model  = "flux-dev"
via    = ["PROVIDER"]

[assets.plain]
outputs = ["plain.png"]

[assets.styled]
loras   = ["acme/fox"]
outputs = ["styled.png"]
"""


@pytest.mark.parametrize("provider", ["fal", "replicate"])
def test_the_plan_tells_the_price_of_what_is_asked(project, provider):
    project.write("assetgen.toml", MANIFEST.replace("PROVIDER", provider))
    planned = {entry["name"]: entry for entry in json.loads(project("plan", "--json").stdout)["assets"]}
    other = CATALOG.price(CATALOG.models["flux-dev-lora"], provider, None, {})
    assert {entry["state"] for entry in planned.values()} == {"generate"}
    assert planned["plain"]["cost"]["high"] > 0
    assert (planned["styled"]["cost"] is None) is (other is None)
    assert planned["styled"]["cost"] != planned["plain"]["cost"]


# --- by hand, on one's own machine, and as a placeholder


def test_midjourney_is_told_what_a_picture_is_for():
    guides = (Guide(kind="style", image=EDGES, scale=2.5), Guide(kind="character", image=STICK))
    ready = PROVIDERS["manual"].ready_prompt
    assert ready(asked("manual", "midjourney-v7", guides=guides)).splitlines() == [
        "a fox --sw 250 --v 7",
        'attach by hand: the picture "edges.png" as --sref',
        'attach by hand: the picture "stick.png" as --oref',
    ]
    assert ready(asked("manual", "midjourney-v6.1", guides=guides)).endswith('the picture "stick.png" as --cref')
    assert ready(Request(model="krea", prompt="a fox", loras=ONE, guides=CANNY)).splitlines() == [
        "a fox",
        "LoRA: acme/fox at 0.8",
        'attach by hand: the picture "edges.png" as the canny to follow',
    ]


@pytest.mark.parametrize(
    ("model", "fields", "message", "hint"),
    [
        (
            "midjourney-v7",
            {"guides": CANNY},
            'model "midjourney-v7" follows no picture of the kind "canny"',
            'kind is one of "style", "character"',
        ),
        (
            "midjourney-v7",
            {"guides": (Guide(kind="style", image=EDGES, scale=11),)},
            'model "midjourney-v7" takes no picture with a scale of 11',
            "a number from 0 to 10",
        ),
        (
            "midjourney-v7",
            {"guides": (Guide(kind="style", image=EDGES),), "params": {"sw": 50}},
            '"sw" is not a parameter: it comes from the field "controls"',
            'remove "sw" from params',
        ),
        (
            "midjourney-v7",
            {"guides": (Guide(kind="style", image=EDGES, model="x"),)},
            'model "midjourney-v7" has its own way to read a guiding picture',
            'remove "model" from controls',
        ),
        (
            "midjourney-v6.1",
            {"params": {"draft": True}},
            'model "midjourney-v6.1" knows no --draft, which came with version 7',
            'model = "midjourney-v7"',
        ),
        ("midjourney-v7", {"params": {"cw": 50}}, 'model "midjourney-v7" knows no --cw any more', 'remove "cw" from params'),
    ],
)
def test_what_a_version_of_midjourney_cannot_be_told(model, fields, message, hint):
    assert refusal("manual", model, **fields) == (message, hint)


def test_niji_and_an_unnamed_version_are_not_judged_by_midjourneys_numbers():
    for model in ("niji-6", "midjourney"):
        PROVIDERS["manual"].check(Request(model=model, prompt="a fox", params={"draft": True, "cw": 50}))


def test_a_sketch_ignores_them_and_says_so():
    request = Request(model="sketch", prompt="a fox", size=Size(64, 64), loras=ONE, guides=CANNY)
    PROVIDERS["sketch"].check(request)
    [picture] = PROVIDERS["sketch"].generate(request, Slip())
    assert picture.unhonoured == ("loras", "controls")
    assert CATALOG.models["sketch"].supports.lora
    assert CATALOG.models["sketch"].supports.control


GRAPH = {
    "1": {"class_type": "LoraLoader", "inputs": {"lora_name": "old.safetensors", "strength_model": 1.0, "strength_clip": 1.0}},
    "2": {"class_type": "ControlNetLoader", "inputs": {"control_net_name": "old.safetensors"}},
    "3": {"class_type": "LoadImage", "inputs": {"image": "example.png"}},
    "4": {"class_type": "ControlNetApplyAdvanced", "inputs": {"strength": 1.0, "image": ["3", 0]}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["1", 1]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x", "images": ["4", 0]}},
}
BINDINGS = {
    "prompt": "6.text",
    "lora1": "1.lora_name",
    "lora1_scale": ["1.strength_model", "1.strength_clip"],
    "guide_canny": "3.image",
    "guide_canny_scale": "4.strength",
    "guide_canny_model": "2.control_net_name",
}


def flow(bindings=BINDINGS, **fields):
    return Request(model="comfyui", prompt="a fox", params={"workflow_json": json.dumps(GRAPH), "bindings": bindings}, **fields)


def test_a_workflow_gets_them_through_its_bindings():
    guides = (Guide(kind="canny", image=EDGES, scale=0.4, model="canny.safetensors"),)
    request = flow(loras=(Lora(id="fox.safetensors", scale=0.6),), guides=guides)
    PROVIDERS["comfyui"].check(request)
    wired = wiring.wiring(request)
    graph = wiring.filled(request, wired, pictures={"guide_canny": "up.png"}, seed=None, prefix="p")
    assert graph["1"]["inputs"] == {"lora_name": "fox.safetensors", "strength_model": 0.6, "strength_clip": 0.6}
    assert graph["2"]["inputs"] == {"control_net_name": "canny.safetensors"}
    assert (graph["3"]["inputs"]["image"], graph["4"]["inputs"]["strength"]) == ("up.png", 0.4)
    # A binding that nothing stands behind leaves what the file says.
    request = flow()
    graph = wiring.filled(request, wiring.wiring(request), pictures={}, seed=None, prefix="p")
    assert (graph["1"], graph["2"]) == (GRAPH["1"], GRAPH["2"])


@pytest.mark.parametrize(
    ("bindings", "fields", "message", "hint"),
    [
        ({}, {"loras": ONE}, '"lora1" is bound to no input of the workflow', 'bindings = { lora1 = "NODE.lora_name" }'),
        (
            {"lora1": "1.lora_name"},
            {"loras": ONE},
            '"lora1_scale" is bound to no input of the workflow',
            'bindings = { lora1_scale = "NODE.strength_model" }',
        ),
        ({}, {"guides": CANNY}, '"guide_canny" is bound to no input of the workflow', 'bindings = { guide_canny = "NODE.image" }'),
        (
            {"guide_canny": "3.image"},
            {"guides": CANNY},
            '"guide_canny_scale" is bound to no input of the workflow',
            'bindings = { guide_canny_scale = "NODE.strength" }',
        ),
        (
            {"guide_canny": "3.image"},
            {"guides": (Guide(kind="canny", image=EDGES, model="m"),)},
            '"guide_canny_model" is bound to no input of the workflow',
            'bindings = { guide_canny_model = "NODE.control_net_name" }',
        ),
        (
            {"guide_pose": "4.image"},
            {},
            '"guide_pose" is a file, and the input "image" of node "4" (ControlNetApplyAdvanced) takes a link',
            "bind the input image of the LoadImage node before it",
        ),
        ({}, {"guides": CANNY * 2}, 'comfyui takes one guiding picture of each kind, and there are 2 of the kind "canny"', ""),
    ],
)
def test_a_workflow_that_has_no_place_for_them(bindings, fields, message, hint):
    with pytest.raises(Impossible) as caught:
        PROVIDERS["comfyui"].check(flow({"prompt": "6.text", **bindings}, **fields))
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_binding_that_was_probably_meant():
    with pytest.raises(Impossible) as caught:
        PROVIDERS["comfyui"].check(flow({"prompt": "6.text", "lora": "1.lora_name"}))
    assert (caught.value.message, caught.value.hint) == ('params.bindings has the unknown name "lora"', 'did you mean "lora1"?')
