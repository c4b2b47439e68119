"""SD 3.5 over REST, against a server on loopback that follows Stability's published description. gRPC is in test_stability_grpc.py."""

import json
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.catalog import parse
from assetgen.errors import Impossible, Limited, Refused, Unauthorized, Unavailable, Unknown
from assetgen.model import Ratio, Size
from assetgen.providers import Blob, Request
from assetgen.providers.stability import create
from assetgen.providers.stability.models import ASPECTS, KNOWN, PRESETS
from assetgen.providers.stability.references import LARGEST
from assetgen.providers.stability.rest import PATH, fields
from assetgen.settings import Settings
from tests.descriptions import Description, needed
from tests.faults import STABILITY, shown
from tests.servers import serve_stability
from tests.servers.clients import clients, failure_of
from tests.servers.pictures import draw
from tests.servers.stability import FAULTS, KEY, TOO_MANY
from tests.test_catalog import SOURCES

FOX = Request(model="sd3.5-large", id="sd3.5-large", prompt="a fox in the snow", size=Size(1344, 768))
KEY_HINT = "STABILITY_API_KEY=… in the environment, or in a git-ignored .env beside assetgen.toml"
ACCOUNT = "see the billing and the access of the account"
USAGE = "it may have been paid for: see the provider's usage page"
BLOB = Blob(data=draw("fox", 64, 64), format="png", name="fox.png")
LATE = "the connection broke after the request was sent"


@pytest.fixture
def server():
    with serve_stability() as running:
        yield running


@pytest.fixture
def connect(server):
    with clients(create, STABILITY_BASE_URL=server.base_url, STABILITY_API_KEY=KEY) as connecting:
        yield connecting


def test_a_picture_with_everything_the_provider_said(server, connect):
    params = {"style_preset": "isometric", "cfg_scale": 5.5, "output_format": "webp"}
    request = Request(
        model="sd3.5-large",
        id="sd3.5-large",
        prompt="a föx",
        negative="text",
        seed=7,
        size=Size(1344, 768),
        ratio=Ratio(16, 9),
        params=params,
    )
    [picture] = connect().generate(request, None)
    assert picture.data[8:12] == b"WEBP"
    assert (picture.seed, picture.model, picture.request_id, picture.unhonoured) == (7, "sd3.5-large", "req1", ())
    assert picture.effective == {"mode": "text-to-image", "aspect_ratio": "16:9", "output_format": "webp"}
    assert (picture.cost, picture.usage, picture.revised_prompt) == (None, None, None)
    [seen] = server.requests
    assert seen.path == PATH
    assert seen.fields == {
        "prompt": "a föx",
        "negative_prompt": "text",
        "model": "sd3.5-large",
        "mode": "text-to-image",
        "aspect_ratio": "16:9",
        "seed": "7",
        "style_preset": "isometric",
        "cfg_scale": "5.5",
        "output_format": "webp",
    }
    assert seen.headers["content-type"].startswith("multipart/form-data")
    assert (seen.headers["authorization"], seen.headers["accept"]) == (f"Bearer {KEY}", "image/*")


def test_a_seed_of_zero_is_any_seed_and_is_said_not_to_be_honoured(server, connect):
    [picture] = connect().generate(Request(model="sd3.5-medium", id="sd3.5-medium", prompt="a fox", seed=0), None)
    assert "seed" not in server.requests[0].fields
    assert (picture.seed, picture.unhonoured) == (343940597, ("seed",))


def test_a_reference_makes_it_image_to_image(server, connect):
    request = Request(model="sd3.5-large", id="sd3.5-large", prompt="a fox", references=(BLOB,), params={"strength": 0.4})
    [picture] = connect().generate(request, None)
    [seen] = server.requests
    assert seen.fields["mode"] == "image-to-image"
    assert (seen.fields["strength"], "aspect_ratio" in seen.fields) == ("0.4", False)
    assert [(part["name"], part["type"], part["data"]) for part in seen.files["image"]] == [("fox.png", "image/png", BLOB.data)]
    assert picture.effective == {"mode": "image-to-image", "output_format": "png", "strength": "0.4"}
    connect().generate(Request(model="sd3.5-large", id="sd3.5-large", prompt="a fox", references=(BLOB,)), None)
    assert server.requests[1].fields["strength"] == "0.65"


# fault: the class, the message, the hint
REFUSED = {
    "413": (Refused, "stability refused the request: body: payloads cannot be larger than 10MiB in size (payload_too_large)", ""),
    "422": (Refused, "stability refused the request: English is the only supported language for this service (invalid_language)", ""),
    "429-after": (Limited, f"stability asks to wait: {TOO_MANY[:-1]} (rate_limit_exceeded)", ""),
}


def test_every_fault_of_the_server_is_met_by_a_test():
    here = {*REFUSED, "429-after"}
    assert here | shown(STABILITY) == set(FAULTS)
    assert not here & shown(STABILITY)


@pytest.mark.parametrize("fault", REFUSED)
def test_a_request_that_was_not_accepted(server, connect, fault):
    server.fail_next(fault)
    failure = failure_of(connect(), FOX)
    assert (type(failure), failure.message, failure.hint) == REFUSED[fault]
    assert str(failure) == failure.message
    assert (len(server.requests), len(server.accepted)) == (1, 0)


@pytest.mark.parametrize(("fault", "after"), [("429", 60.0), ("429-after", 7.0), ("503", 3.0), ("500", None)])
def test_the_wait_that_the_provider_asks_for(server, connect, fault, after):
    server.fail_next(fault)
    assert failure_of(connect(), FOX).after == after


def test_a_wait_until_a_date_and_a_slow_answer(server, connect):
    server.fail_next("429-date", "slow")
    assert 50 < failure_of(connect(), FOX).after <= 60
    assert connect().generate(FOX, None)[0].data.startswith(b"\x89PNG")


def test_connections_that_break_or_cannot_be_made(server, connect):
    server.fail_next("drop-before")
    failure = failure_of(connect(), FOX)
    assert (type(failure), failure.message) == (Unknown, f"{LATE} (ReadError)")
    failure = failure_of(connect(env={"STABILITY_BASE_URL": "http://nowhere.invalid"}), FOX)
    assert (type(failure), failure.message) == (Unavailable, 'stability could not be reached at "nowhere.invalid" (ConnectError)')
    assert server.requests == []


def test_keys_and_addresses(connect):
    failure = failure_of(connect(env={"STABILITY_API_KEY": ""}), FOX)
    assert (type(failure), failure.message) == (Unauthorized, 'there is no key for stability: "STABILITY_API_KEY" is not set')
    assert failure.hint == KEY_HINT
    failure = failure_of(connect(env={"STABILITY_API_KEY": "kéy"}), FOX)
    assert (type(failure), failure.message) == (Unauthorized, '"STABILITY_API_KEY" holds characters that no key has')
    failure = failure_of(connect(env={"STABILITY_BASE_URL": "127.0.0.1:80"}), FOX)
    assert (type(failure), failure.message, failure.hint) == (
        Refused,
        "the base URL for stability is no http address",
        "STABILITY_BASE_URL=https://host",
    )


def of(model="sd3.5-large", **fields):
    return Request(**{"model": model, "id": model, "prompt": "a fox", **fields})


REF = {"references": (BLOB,)}


@pytest.mark.parametrize(
    ("request_", "message", "hint"),
    [
        (of(prompt=" "), 'model "sd3.5-large" needs a prompt', 'prompt = "…"'),
        (of(prompt="x" * 10_003), 'the prompt has 10003 characters, and model "sd3.5-large" takes 10000', "shorten it by 3 characters"),
        (of(seed=2**32 - 1), 'model "sd3.5-large" takes no seed 4294967295', "a whole number from 0 to 4294967294"),
        (of(count=2), 'model "sd3.5-large" makes at most 1 in one request, and 2 are asked for', ""),
        (of(mask=BLOB, **REF), 'model "sd3.5-large" takes no mask', 'remove "mask"'),
        (of(references=(BLOB, BLOB)), 'model "sd3.5-large" takes at most 1 references, and 2 are given', ""),
        (
            of(references=(Blob(data=b"", format="avif", name="a.avif"),)),
            'model "sd3.5-large" takes no avif ("a.avif")',
            "save it as png",
        ),
        (of(references=(Blob(data=bytes(11 * 2**20), format="png", name="a.png"),)), '"a.png" is larger than 10 MiB', ""),
        (
            of(size=Size(1024, 768)),
            '"sd3.5-large" does not offer the size "1024x768"',
            'size = "1216x832" or "1088x896" or "1344x768"',
        ),
        (
            of(size=Size(1024, 1024), **REF),
            'model "sd3.5-large" takes no size with a reference, whose size the picture gets',
            'remove "size"',
        ),
        (of(params={"strength": 0.5}), 'model "sd3.5-large" takes "strength" only with a reference', 'remove "strength" from params'),
        (of(params={"cfg_scale": 11}), '"cfg_scale" can\'t be 11', "1 to 10"),
        (of(params={"style_preset": "animee"}), '"style_preset" can\'t be "animee"', 'did you mean "anime"?'),
        (of(params={"steps": 30}), '"sd3.5-large" is not known to have a parameter "steps"', None),
        (
            of(id="stable-diffusion-xl-1024-v1-0", model="sdxl"),
            'stability serves the model "sdxl" only through its gRPC API',
            'params = { api = "grpc" }',
        ),
        (
            of(params={"api": "grpc"}),
            'the gRPC API of stability does not serve the model "sd3.5-large"',
            'params = { api = "rest" }',
        ),
    ],
)
def test_check_refuses(request_, message, hint):
    with pytest.raises(Impossible) as caught:
        create(Settings(), None).check(request_)
    assert caught.value.message == message
    assert caught.value.hint == hint or hint is None


HEAVY = Blob(data=BLOB.data + b"\0" * LARGEST, format="png", name="heavy.png")


@pytest.mark.parametrize(
    ("references", "params", "message", "hint"),
    [
        (
            (Blob(data=draw("fox", 200, 63), format="png", name="flat.png"),),
            {},
            '"flat.png" is 200x63, and stability takes no side below 64 pixels',
            "a larger picture",
        ),
        ((HEAVY,), {}, '"heavy.png" has 9.9 MiB, and stability takes 10 MiB with the prompt', "a smaller file"),
        (
            (Blob(data=BLOB.data[:20], format="png", name="cut.png"),),
            {},
            '"cut.png" cannot be read as a picture',
            "a PNG, JPEG or WebP file",
        ),
    ],
    ids=["small", "heavy", "cut"],
)
def test_what_the_bytes_of_a_reference_tell_is_refused_before_anything_is_sent(server, connect, references, params, message, hint):
    failure = failure_of(connect(), of(references=references, params=params))
    assert (type(failure), failure.message, failure.hint, failure.paid) == (Refused, message, hint, False)
    assert server.requests == []
    # A plan has no bytes, and is not held up.
    create(Settings(), None).check(of(references=(replace(references[0], data=b""),)))


def test_a_reference_of_the_shortest_side_is_sent(server, connect):
    connect().generate(of(references=(BLOB,)), None)
    assert len(server.requests) == 1


def test_an_unknown_model_passes_through_unjudged():
    create(Settings(), None).check(of("sd4-huge", size=Size(7, 7), params={"steps": 3}))


def test_the_catalog_and_the_provider_agree():
    catalog = parse(SOURCES)
    assert {catalog.models[name].services["stability"].id for name in catalog.models if "stability" in catalog.models[name].services} == {
        *KNOWN,
        "stable-diffusion-xl-1024-v1-0",
    }
    for name in KNOWN:
        assert set(catalog.models[name].sizes.sizes) == set(ASPECTS)
        assert catalog.models[name].params["style_preset"].choices == PRESETS
        assert catalog.price(catalog.models[name], "stability", Size(1024, 1024), {}).exact


# --- the published description


def judged(request):
    """The text fields of the form in the types that the description gives them, and the reference as a file."""
    description = Description("stability-sd3.json")
    schema = description.body_of(PATH, "multipart/form-data")
    numbers = {name for name, own in schema["properties"].items() if own["type"] == "number"}
    value = {name: json.loads(text) if name in numbers else text for name, text in fields(request).items()}
    description.judge(schema, value | ({"image": "binary"} if request.references else {}))


@st.composite
def requests(draw_):
    reference = draw_(st.booleans())
    params = {
        "style_preset": draw_(st.sampled_from(PRESETS)),
        "cfg_scale": draw_(st.floats(1, 10)),
        "output_format": draw_(st.sampled_from(["png", "jpeg", "webp"])),
        **({"strength": draw_(st.floats(0, 1))} if reference else {}),
    }
    kept = draw_(st.sets(st.sampled_from(sorted(params))))
    # The description's list of models is older than its text, which names "sd3.5-flash" too.
    return of(
        draw_(st.sampled_from(KNOWN[:3])),
        prompt=draw_(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(str.strip)),
        negative=draw_(st.text(max_size=9)),
        seed=draw_(st.none() | st.integers(0, 2**32 - 2)),
        size=None if reference else draw_(st.none() | st.sampled_from(sorted(ASPECTS, key=str))),
        references=(BLOB,) if reference else (),
        params={name: params[name] for name in kept},
    )


@needed
@given(request=requests())
def test_whatever_check_allows_is_a_request_the_api_knows(request):
    create(Settings(), None).check(request)
    judged(request)


@needed
@pytest.mark.parametrize("wrong", [of("sd1"), of(params={"steps": 3}), of(params={"cfg_scale": 11}), of(params={"aspect_ratio": "4:3"})])
def test_the_description_refuses_what_is_wrong(wrong):
    with pytest.raises((jsonschema.ValidationError, AssertionError)):
        judged(wrong)
