"""Ideogram against a server on loopback: its first API, version 1 and version 2 with jobs, quotes and every fault."""

import sys
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.catalog import parse
from assetgen.errors import Impossible, Refused, Unauthorized, Unavailable, Unknown
from assetgen.model import Size
from assetgen.providers import Blob, Cost, Request
from assetgen.providers.ideogram import create
from assetgen.providers.ideogram.models import ASPECTS, FAMILIES
from assetgen.providers.ideogram.routes import route
from assetgen.settings import Settings
from tests.descriptions import Description, needed
from tests.faults import FIRST, SECOND, shown
from tests.servers import serve_ideogram
from tests.servers.clients import Slip, clients, failure_of
from tests.servers.ideogram import FAULTS, KEY
from tests.servers.loopback import URLS
from tests.servers.pictures import draw
from tests.test_catalog import SOURCES

KEY_HINT = "IDEOGRAM_API_KEY=… in the environment, or in a git-ignored .env beside assetgen.toml"
ACCOUNT = "see the billing and the access of the account"
USAGE = "it may have been paid for: see the provider's usage page"
LATE = "the connection broke after the request was sent"
ON = 'the job "gen-1" goes on at ideogram, and the next build asks for it again'
BLOB = Blob(data=draw("fox", 64, 64), format="png", name="fox.png")
CATALOG = parse(SOURCES)


def of(id_="ideogram-3", **fields):
    return Request(**{"model": id_, "id": id_, "prompt": "a fox", **fields})


FOX = of(size=Size(1312, 736))


@pytest.fixture
def server():
    with serve_ideogram() as running:
        yield running


@pytest.fixture
def connect(server):
    with clients(create, IDEOGRAM_BASE_URL=server.base_url, IDEOGRAM_API_KEY=KEY) as connecting:
        yield connecting


# --- what is sent, and what comes back


def test_a_picture_with_everything_the_provider_said(server, connect):
    job = Slip()
    params = {"rendering_speed": "turbo", "style_type": "design", "color_palette": ["#1b4965", {"color_hex": "#f00", "color_weight": 0.3}]}
    [picture] = connect().generate(of(negative="text", seed=7, size=Size(1312, 736), params=params), job)
    assert picture.data.startswith(b"\x89PNG")
    assert (picture.seed, picture.model, picture.request_id, picture.revised_prompt) == (7, "ideogram-3", "gen-1", None)
    assert picture.effective == {"magic_prompt": "off", "resolution": "1312x736"}
    assert (picture.cost, picture.unhonoured) == (Cost(amount=Decimal("0.06"), basis="actual"), ())
    [seen] = server.requests
    assert seen.path == "/v2/image/generate/ideogram-3"
    assert seen.fields == {
        "prompt": "a fox",
        "negative_prompt": "text",
        "seed": 7,
        "resolution": "1312x736",
        "magic_prompt": "off",
        "rendering_speed": "turbo",
        "style_type": "design",
        "color_palette": {"members": [{"color_hex": "#1b4965"}, {"color_hex": "#f00", "color_weight": 0.3}]},
        "async": True,
    }
    assert (seen.headers["api-key"], "authorization" in seen.headers) == (KEY, False)
    assert job.saved == [{"id": "gen-1"}]
    assert job.told == [(None, "ideogram: draws")]
    assert "SIGNED" not in repr(picture)
    assert all("api-key" not in {name.lower() for name in headers} for _, headers in server.downloads)


def test_several_pictures_share_the_cost(server, connect):
    pictures = connect().generate(of(count=3), Slip())
    assert [picture.cost.amount for picture in pictures] == [Decimal("0.06")] * 3
    assert len({picture.data for picture in pictures}) == 3
    assert server.requests[0].fields["num_images"] == 3


def test_magic_prompt_is_off_unless_asked_for_and_its_rewrite_is_recorded(server, connect):
    server.fail_next("rewritten")
    [picture] = connect().generate(of(params={"magic_prompt": "on"}), Slip())
    assert server.requests[0].fields["magic_prompt"] == "on"
    assert (picture.revised_prompt, picture.effective["magic_prompt"]) == ("A detailed picture: a fox", "on")


def test_version_2_models_take_a_resolution_a_size_or_pictures(server, connect):
    [picture] = connect().generate(of("ideogram-4", negative="text", size=Size(2048, 2048)), Slip())
    assert picture.unhonoured == ("negative",)
    connect().generate(of("ideogram-4-5", size=Size(2560, 1440), params={"quality": "low"}, references=(BLOB, BLOB), mask=BLOB), Slip())
    connect().generate(of("z-image", negative="no", size=Size(512, 512), params={"num_inference_steps": 8}), Slip())
    four, edit, other = server.requests
    assert four.fields == {"prompt": "a fox", "magic_prompt": "off", "async": True, "resolution": "2048x2048"}
    assert edit.path == "/v2/image/generate/ideogram-4-5"
    assert edit.fields == {"prompt": "a fox", "magic_prompt": "off", "async": "true", "size": "2560x1440", "quality": "low"}
    assert {name: len(parts) for name, parts in edit.files.items()} == {"images": 2, "mask": 1}
    assert (other.path, other.fields["resolution"], other.fields["num_inference_steps"]) == ("/v2/image/generate/z-image", "512x512", 8)


def test_a_transparent_picture(server, connect):
    [picture] = connect().generate(of(size=Size(736, 1312), params={"transparent": True}), Slip())
    [seen] = server.requests
    assert seen.path == "/v2/image/generate/ideogram-3-transparent"
    assert seen.fields == {"prompt": "a fox", "magic_prompt": "off", "async": True, "aspect_ratio": "9x16"}
    assert picture.data[25] == 6, "a PNG with an alpha channel"


def test_a_reference_is_remixed_or_a_style_and_with_a_mask_it_is_painted_over(server, connect):
    connect().generate(of(references=(BLOB,), params={"image_weight": 30}), Slip())
    connect().generate(of(references=(BLOB,), params={"reference_as": "style"}), Slip())
    connect().generate(of(references=(BLOB,), mask=BLOB), Slip())
    assert [(seen.path.rpartition("/image/")[2], sorted(seen.files)) for seen in server.requests] == [
        ("remix/ideogram-3", ["image"]),
        ("generate/ideogram-3", ["style_reference_images"]),
        ("inpaint/ideogram-3", ["image", "mask"]),
    ]
    assert server.requests[0].fields["image_weight"] == "30"


def test_the_first_api_answers_with_the_picture(server, connect):
    job = Slip()
    params = {"style_type": "render_3d", "color_preset": "pastel"}
    [picture] = connect().generate(of("V_2", negative="text", seed=7, size=Size(1024, 832), params=params), job)
    [seen] = server.requests
    assert seen.path == "/generate"
    assert seen.fields == {
        "image_request": {
            "prompt": "a fox",
            "negative_prompt": "text",
            "model": "V_2",
            "magic_prompt_option": "OFF",
            "seed": 7,
            "resolution": "RESOLUTION_1024_832",
            "style_type": "RENDER_3D",
            "color_palette": {"name": "PASTEL"},
        }
    }
    assert (picture.seed, picture.cost, picture.effective["resolution"], job.saved) == (7, None, "1024x832", [])
    connect().generate(of("V_2A", size=Size(1312, 736)), Slip())
    assert server.requests[1].fields["image_request"]["aspect_ratio"] == "ASPECT_16_9"


def test_version_1_takes_a_form_in_capitals(server, connect):
    connect().generate(of(size=Size(1312, 736), negative="x", params={"api": "v1", "rendering_speed": "quality"}), Slip())
    [seen] = server.requests
    assert (seen.path, seen.headers["content-type"][:19]) == ("/v1/ideogram-v3/generate", "multipart/form-data")
    assert seen.fields == {
        "prompt": "a fox",
        "negative_prompt": "x",
        "magic_prompt": "OFF",
        "rendering_speed": "QUALITY",
        "resolution": "1312x736",
    }


# --- quotes


def test_a_quote_prices_a_request_and_buys_nothing(server, connect):
    provider = connect()
    assert provider.quote(of(count=2, params={"rendering_speed": "turbo"})) == Decimal("0.06")
    assert provider.quote(of("V_2_TURBO")) == Decimal("0.03")
    assert provider.quote(of("z-image")) == Decimal("0.12"), "an estimate is quoted at its upper bound"
    assert [model for model, _ in server.quotes] == ["ideogram-3", "ideogram-2", "z-image"]
    assert server.requests == []
    with pytest.raises(Unauthorized) as caught:
        connect(env={"IDEOGRAM_API_KEY": "wrong-key-0123456789"}).quote(FOX)
    assert caught.value.message == "ideogram refuses the account or the key: Invalid API key: [redacted]"


# --- faults

REFUSED = {
    "400": (Refused, "ideogram refused the request: Invalid input provided", ""),
}
PASSING = ("rewritten", "one-unsafe", "url-data", "url-flaky")


def test_every_fault_of_the_server_is_met_by_a_test():
    here = {*REFUSED, "rewritten", "one-unsafe", "429-after", "forever"}
    assert here | shown(SECOND, FIRST) | set(URLS) == set(FAULTS)


@pytest.mark.parametrize("fault", REFUSED)
def test_a_request_that_was_not_accepted(server, connect, fault):
    server.fail_next(fault)
    job = Slip()
    failure = failure_of(connect(), FOX, job)
    assert (type(failure), failure.message, failure.hint) == REFUSED[fault]
    assert (len(server.requests), len(server.accepted), job.saved) == (1, 0, [])


@pytest.mark.parametrize("fault", PASSING)
def test_trouble_in_passing_costs_no_second_submit(server, connect, fault):
    server.fail_next(fault)
    pictures = connect().generate(of(count=2), Slip())
    assert len(pictures) == (1 if fault == "one-unsafe" else 2)
    assert len(server.accepted) == 1


@pytest.mark.parametrize(("fault", "after"), [("429", None), ("429-after", 7.0), ("503", 3.0)])
def test_the_wait_that_the_provider_asks_for(server, connect, fault, after):
    server.fail_next(fault)
    assert failure_of(connect(), FOX, Slip()).after == after


def test_an_expired_url_makes_the_job_be_read_again_once(server, connect):
    server.fail_next("stale-404")
    [picture] = connect().generate(FOX, Slip())
    assert picture.data.startswith(b"\x89PNG")
    assert (len(server.accepted), len(server.reads), len(server.downloads)) == (1, 3, 2)


def test_connections_that_break(server, connect):
    server.fail_next("drop-before")
    failure = failure_of(connect(), FOX, Slip())
    assert (type(failure), failure.message) == (Unknown, f"{LATE} (ReadError)")
    failure = failure_of(connect(env={"IDEOGRAM_BASE_URL": "http://nowhere.invalid"}), FOX, Slip())
    assert (type(failure), failure.message) == (Unavailable, 'ideogram could not be reached at "nowhere.invalid" (ConnectError)')


# --- crashes and interruptions


def test_a_saved_job_is_resumed_by_a_new_process_and_never_submitted_again(server, connect):
    server.fail_next("forever")
    stopped = Slip(patience=3)
    failure = failure_of(connect(), FOX, stopped)
    assert (type(failure), failure.message) == (Unavailable, f"stopped: {ON}")
    server.jobs["gen-1"]["fault"] = ""
    [picture] = connect().generate(FOX, Slip(handle=stopped.saved[0]))
    assert (picture.request_id, len(server.accepted)) == ("gen-1", 1)


def test_without_a_key_a_saved_job_is_kept_and_not_given_up(server, connect):
    failure = failure_of(connect(env={"IDEOGRAM_API_KEY": ""}), FOX, Slip(handle={"id": "gen-1"}))
    assert (type(failure), failure.hint) == (Unknown, KEY_HINT)
    assert failure.message == f'there is no key for ideogram: "IDEOGRAM_API_KEY" is not set; {ON}'
    failure = failure_of(connect(env={"IDEOGRAM_API_KEY": ""}), FOX, Slip())
    assert (type(failure), failure.message) == (Unauthorized, 'there is no key for ideogram: "IDEOGRAM_API_KEY" is not set')


def test_a_server_that_does_not_answer_questions_leaves_the_job_alone(server, connect):
    server.close()
    failure = failure_of(connect(), FOX, Slip(handle={"id": "gen-1"}))
    assert (type(failure), failure.message) == (Unknown, f'ideogram could not be reached at "127.0.0.1" (ConnectError); {ON}')


# --- check


@pytest.mark.parametrize(
    ("request_", "message", "hint"),
    [
        (of(prompt=" "), 'model "ideogram-3" needs a prompt', 'prompt = "…"'),
        (of("../evil"), '"../evil" is no model of ideogram', 'model = "ideogram-3"'),
        (of(seed=2**31), 'model "ideogram-3" takes no seed 2147483648', "a whole number from 0 to 2147483647"),
        (of(count=9), 'model "ideogram-3" makes at most 8 in one request, and 9 are asked for', ""),
        (of("ideogram-4", references=(BLOB,)), 'model "ideogram-4" takes no references', 'remove "references"'),
        (of(mask=BLOB), "a mask needs a reference to be laid over", 'references = ["…"]'),
        (of(params={"rendering_speed": "turbp"}), '"rendering_speed" can\'t be "turbp"', 'did you mean "turbo"?'),
        (of(params={"style_preset": "bauhau"}), '"style_preset" can\'t be "bauhau"', 'did you mean "bauhaus"?'),
        (of(params={"color_palette": ["red"]}), '"red" is no colour of a palette', 'color_palette = ["#1b4965", "#ca6702"]'),
        (
            of(params={"color_palette": ["#fff", {"color_hex": "#fff", "color_weight": 2}]}),
            '{ color_hex = "#fff", color_weight = 2 } is no colour of a palette',
            'color_palette = [{ color_hex = "#1b4965", color_weight = 0.5 }], each weight from 0.05 to 1',
        ),
        (of(params={"color_palette": ["#fff"] * 9}), "a palette has 1 to 8 colours, and this one has 9", ""),
        (
            of(params={"color_palette": ["#fff"], "color_preset": "ember"}),
            '"color_palette" and "color_preset" exclude each other',
            'remove "color_preset" from params',
        ),
        (of(params={"style_codes": ["xyz"]}), '"xyz" is no style code', 'style_codes = ["AAFF5733"]'),
        (of(params={"transparent": True, "style_type": "design"}), 'a transparent picture takes no "style_type"', None),
        (of(size=Size(1536, 640), params={"transparent": True}), '"ideogram-3" does not offer the size "1536x640"', None),
        (of(size=Size(1024, 1024), references=(BLOB,), mask=BLOB), None, 'remove "size"'),
        (
            of(references=(BLOB,), mask=BLOB, params={"color_preset": "ember"}),
            "painting under a mask takes no colours in version 2 of the API",
            'api = "v1"',
        ),
        (of(params={"image_weight": 5}), '"image_weight" is for a reference that is remixed', 'remove "image_weight" from params'),
        (of(params={"reference_as": "style"}), '"reference_as" needs a reference, and no mask', 'remove "reference_as" from params'),
        (of(params={"upscale_factor": "x2"}), '"upscale_factor" is for transparent pictures', "transparent = true"),
        (
            of(references=(BLOB,), params={"reference_as": "style", "style_preset": "bauhaus"}),
            "a reference for the style excludes other styles",
            'remove "style_preset" and "style_codes" from params',
        ),
        (of("V_2A", size=Size(704, 1408)), '"V_2A" does not offer the size "704x1408"', None),
    ],
)
def test_check_refuses(request_, message, hint):
    with pytest.raises(Impossible) as caught:
        create(Settings(), None).check(request_)
    assert caught.value.message == (message or 'model "ideogram-3" gives a picture the size of its reference under a mask')
    assert caught.value.hint == hint or hint is None


def test_the_catalog_and_the_provider_agree():
    served = {name: model.services["ideogram"].id for name, model in CATALOG.models.items() if "ideogram" in model.services}
    assert set(served.values()) >= set(FAMILIES)
    for name, id_ in served.items():
        model = CATALOG.models[name]
        if id_ in FAMILIES:
            assert set(model.params_at("ideogram")) == set(FAMILIES[id_].params)
            assert model.supports_at("ideogram").negative is FAMILIES[id_].negative
    assert set(ASPECTS) <= set(CATALOG.models["ideogram-3"].sizes.sizes)
    price = CATALOG.price(CATALOG.models["ideogram-3"], "ideogram", None, {"transparent": True})
    assert (price.low, price.high) == (Decimal("0.07"), Decimal("0.07"))


def test_creating_and_checking_imports_no_http():
    import subprocess

    script = """
import sys
from assetgen.providers import Request
from assetgen.providers import ideogram, firefly, stability
from assetgen.settings import Settings
for made in (ideogram, firefly, stability):
    made.create(Settings(), None).check(Request(model="m", id="m", prompt="a fox"))
print([name for name in ("httpx", "grpc", "stability_sdk") if name in sys.modules])
"""
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


# --- the published description, which knows the first API and version 1


def judged(request):
    made = route(request)
    description = Description("ideogram.json")
    kind = "multipart/form-data" if made.path in {"/v1/ideogram-v3/remix", "/v1/ideogram-v3/inpaint"} else "application/json"
    value = dict(made.fields)
    for name, _ in made.files:
        value[name] = [*value.get(name, []), "binary"] if name.endswith("images") else "binary"
    description.judge(description.body_of(made.path, kind), value)
    if made.path == "/generate":
        description.judge({"$ref": "#/components/schemas/ImageRequest"}, value["image_request"])


PALETTE = {"color_palette": ["#1b4965", {"color_hex": "#f00", "color_weight": 0.3}]}
ANY = {
    "magic_prompt": ["off", "on", "auto"],
    "rendering_speed": ["turbo", "default", "quality"],
    "style_type": ["auto", "general", "design"],
    "color_preset": ["ember", "fresh"],
    "color_palette": [PALETTE["color_palette"]],
    "image_weight": [1, 100],
    "reference_as": ["image", "style"],
    "style_preset": ["bauhaus", "80s_illustration"],
    "transparent": [True],
    "upscale_factor": ["x1"],
}


@st.composite
def requests(draw_):
    name = draw_(st.sampled_from(["ideogram-3", "ideogram-2", "ideogram-2-turbo", "ideogram-2a", "ideogram-2a-turbo"]))
    model = CATALOG.models[name]
    known = sorted(set(ANY) & set(model.params))
    params = {param: draw_(st.sampled_from(ANY[param])) for param in sorted(draw_(st.sets(st.sampled_from(known), max_size=4)))}
    reference = name == "ideogram-3" and draw_(st.booleans())
    return of(
        model.services["ideogram"].id,
        model=name,
        negative=draw_(st.text(max_size=5)),
        seed=draw_(st.none() | st.integers(0, 2**31 - 1)),
        size=draw_(st.none() | st.sampled_from(sorted(model.sizes.sizes, key=str))),
        count=draw_(st.integers(1, 8)),
        params=params | ({"api": "v1"} if name == "ideogram-3" else {}),
        references=(BLOB,) if reference else (),
        mask=BLOB if reference and draw_(st.booleans()) else None,
    )


@needed
@given(request=requests())
def test_whatever_check_allows_is_a_request_the_api_knows(request):
    try:
        create(Settings(), None).check(request)
    except Impossible:
        return
    judged(request)


@needed
@pytest.mark.parametrize(
    "wrong",
    [
        of("V_2", params={"steps": 3}),
        of("V_2", size=Size(7, 7)),
        of(params={"api": "v1", "rendering_speed": "slow"}),
        of(params={"api": "v1", "magic_prompt": "off", "quality": "low"}),
    ],
)
def test_the_description_refuses_what_is_wrong(wrong):
    with pytest.raises((jsonschema.ValidationError, AssertionError)):
        judged(wrong)
