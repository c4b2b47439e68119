"""What `check` refuses, and that whatever it lets through is a request the API knows.

Two independent judges look at every request: the SDK's own parameter types, and OpenAI's published description of the API. The
description is not part of this repository: it is read from the folder ASSETGEN_SPECS, or from ../shared/specs.
"""

import json
import os
from pathlib import Path

import jsonschema
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from openai.types.image_edit_params import ImageEditParamsNonStreaming
from openai.types.image_generate_params import ImageGenerateParamsNonStreaming
from pydantic import ConfigDict, TypeAdapter, ValidationError

from assetgen.errors import Impossible
from assetgen.model import Size
from assetgen.providers import Blob, Request
from assetgen.providers.openai import create
from assetgen.providers.openai import usage as openai_usage
from assetgen.providers.openai.client import arguments
from assetgen.providers.openai.models import FAMILIES, FREE, family
from assetgen.providers.openai.rules import nearest
from assetgen.settings import Settings
from tests.servers.pictures import draw as paint

PIXELS = paint("mask", 16, 16)
OPENAI = create(Settings(), None)
DESCRIPTION = Path(os.environ.get("ASSETGEN_SPECS") or Path(__file__).parents[2] / "shared" / "specs") / "openai-images.json"
# Younger than the description of 2026-08-21; the SDK's types know them.
YOUNGER = {"safety_identifier", "complexity"}


class Generation(ImageGenerateParamsNonStreaming):
    __pydantic_config__ = ConfigDict(extra="forbid")


class Edit(ImageEditParamsNonStreaming):
    __pydantic_config__ = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


TYPES = {"CreateImageRequest": TypeAdapter(Generation), "CreateImageEditRequest": TypeAdapter(Edit)}


def judge_by_types(kind, body):
    TYPES[kind].validate_python(body)


def judge_by_description(kind, body):
    document = json.loads(DESCRIPTION.read_text())
    young = {name: value for name, value in body.items() if name in YOUNGER or value in ("xhigh", "max")}
    described = {name: "binary" if name == "mask" else value for name, value in body.items() if name not in young}
    if "image" in described:
        described["image"] = ["binary" for _ in described["image"]]
    unknown = described.keys() - document["components"]["schemas"][kind]["properties"].keys()
    assert not unknown, unknown
    schema = {"$ref": f"#/components/schemas/{kind}", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(described)


def judges():
    """A lone clone has only the first judge, and its test says so by its name; beside the description, and in CI, both must speak."""
    if DESCRIPTION.exists() or DESCRIPTION.parent.exists() or os.environ.get("CI") == "true":
        return [pytest.param([judge_by_types], id="types"), pytest.param([judge_by_description], id="published-description")]
    return [pytest.param([judge_by_types], id="types-alone-without-published-description")]


def test_the_published_description_is_where_ci_looks_for_it():
    asked = os.environ.get("CI") == "true" or DESCRIPTION.parent.exists()
    assert DESCRIPTION.exists() or not asked, f'put "openai-images.json" at "{DESCRIPTION}", or name its folder in ASSETGEN_SPECS'


def body(request):
    """What the SDK is given, as one request body, and the name of its schema."""
    given_ = arguments(request)
    merged = {**given_, **given_.pop("extra_body", {})}
    merged.pop("extra_body", None)
    return ("CreateImageEditRequest" if request.references else "CreateImageRequest"), merged


def value_of(allowed):
    match allowed:
        case None:
            return st.text(min_size=1, max_size=8)
        case range():
            return st.integers(allowed.start, allowed.stop - 1)
        case _:
            return st.sampled_from(allowed)


@st.composite
def requests(draw):
    """Requests of every known model with any of its parameters; not all of them pass `check`."""
    model = draw(st.sampled_from(sorted(FAMILIES)))
    known = FAMILIES[model]
    names = draw(st.sets(st.sampled_from(sorted(known.params)), max_size=4))
    blob = Blob(data=PIXELS, format="png", name="a.png")
    sizes = (
        st.sampled_from(known.sizes)
        if known.sizes
        else st.builds(lambda x, y: Size(16 * x, 16 * y), st.integers(40, 160), st.integers(40, 160))
    )
    references = draw(st.integers(0, known.references))
    return Request(
        model=model,
        prompt=draw(st.text(min_size=1, max_size=20)),
        size=draw(st.none() | sizes),
        params={name: draw(value_of(known.params[name])) for name in sorted(names)},
        references=(blob,) * references,
        mask=draw(st.none() | st.just(blob)) if references else None,
        count=draw(st.integers(1, known.count)),
    )


@pytest.mark.parametrize("judging", judges())
@given(request=requests())
def test_whatever_check_allows_is_a_request_the_api_knows(judging, request):
    try:
        OPENAI.check(request)
    except Impossible:
        assume(False)
    for judge in judging:
        judge(*body(request))


@pytest.mark.parametrize("judging", judges())
@pytest.mark.parametrize(
    "wrong",
    [
        {"model": "gpt-image-2", "prompt": "a fox", "quality": "splendid"},
        {"model": "gpt-image-2", "prompt": "a fox", "steps": 4},
        {"model": "gpt-image-2", "quality": "low"},
        {"model": "gpt-image-2", "prompt": "a fox", "n": "many"},
    ],
)
def test_both_judges_refuse_what_is_wrong(judging, wrong):
    for judge in judging:
        with pytest.raises((ValidationError, jsonschema.ValidationError, AssertionError)):
            judge("CreateImageRequest", wrong)


BLOB = Blob(data=PIXELS, format="png", name="a.png")
WEBP = Blob(data=b"picture", format="webp", name="a.webp")
LARGE = Blob(data=b"\0" * (4 * 2**20), format="png", name="m.png")


@pytest.mark.parametrize(
    ("model", "fields", "message", "hint"),
    [
        ("gpt-image-2", {"prompt": " "}, 'model "gpt-image-2" needs a prompt', 'prompt = "…"'),
        ("gpt-image-2", {"mask": BLOB}, "a mask needs a reference to be laid over", 'references = ["…"]'),
        ("local", {"params": {"n": 2}}, '"n" is not a parameter: assetgen sets it itself', 'remove "n" from params'),
        (
            "dall-e-3",
            {"prompt": "x" * 4010},
            'the prompt has 4010 characters, and model "dall-e-3" takes 4000',
            "shorten it by 10 characters",
        ),
        (
            "gpt-image-1.5",
            {"size": Size(1600, 900)},
            'model "gpt-image-1.5" does not offer the size "1600x900"',
            'size = "1536x1024"',
        ),
        ("gpt-image-2", {"size": Size(1000, 1000)}, 'model "gpt-image-2" does not offer the size "1000x1000"', 'size = "992x992"'),
        ("gpt-image-2", {"size": Size(7680, 4320)}, 'model "gpt-image-2" does not offer the size "7680x4320"', 'size = "3840x2160"'),
        ("gpt-image-2", {"params": {"qualty": "low"}}, 'model "gpt-image-2" takes no parameter "qualty"', 'did you mean "quality"?'),
        (
            "dall-e-3",
            {"params": {"zzz": 1}},
            'model "dall-e-3" takes no parameter "zzz"',
            'it takes "quality", "response_format", "style", "user"',
        ),
        ("gpt-image-2", {"params": {"quality": "xhigh"}}, 'model "gpt-image-2" takes no quality = "xhigh"', 'did you mean "high"?'),
        (
            "gpt-image-2",
            {"params": {"quality": True}},
            'model "gpt-image-2" takes no quality = true',
            'one of "low", "medium", "high", "auto"',
        ),
        (
            "gpt-image-2",
            {"params": {"output_compression": 101}},
            'model "gpt-image-2" takes no output_compression = 101',
            "a whole number from 0 to 100",
        ),
        ("gpt-image-2", {"params": {"user": ""}}, 'model "gpt-image-2" takes no user = ""', 'user = "…"'),
        (
            "gpt-image-2",
            {"params": {"background": "transparent", "output_format": "jpeg"}},
            'a transparent background needs output_format "png" or "webp"',
            'output_format = "png"',
        ),
        (
            "gpt-image-2",
            {"params": {"output_compression": 50}},
            'output_compression needs output_format "jpeg" or "webp"',
            'output_format = "webp"',
        ),
        (
            "gpt-image-2",
            {"params": {"moderation": "low"}, "references": (BLOB,)},
            'model "gpt-image-2" takes "moderation" only without references',
            'remove "moderation" from params',
        ),
        (
            "gpt-image-1.5",
            {"params": {"input_fidelity": "high"}},
            'model "gpt-image-1.5" takes "input_fidelity" only with references',
            'remove "input_fidelity" from params',
        ),
        ("dall-e-3", {"references": (BLOB,)}, 'model "dall-e-3" takes no references', 'model = "gpt-image-2.6-sunburst"'),
        ("gpt-image-2", {"references": (BLOB,) * 17}, 'model "gpt-image-2" takes at most 16 references, and 17 are given', ""),
        ("dall-e-2", {"references": (WEBP,)}, 'model "dall-e-2" takes no webp as a reference ("a.webp")', "save it as png"),
        ("gpt-image-2", {"references": (BLOB,), "mask": WEBP}, 'the mask "a.webp" is not a PNG below 4 MiB', "save it as png"),
        ("gpt-image-2", {"references": (BLOB,), "mask": LARGE}, 'the mask "m.png" is not a PNG below 4 MiB', "save it as png"),
    ],
)
def test_check_refuses_before_anything_is_paid(model, fields, message, hint):
    with pytest.raises(Impossible) as caught:
        OPENAI.check(Request(**{"model": model, "prompt": "a fox", **fields}))
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    "request_",
    [
        Request(model="gpt-image-2-2026-04-21", prompt="x" * 32_000, size=Size(3840, 2160), seed=1, negative="text"),
        Request(model="gpt-image-2.6-flare", prompt="a fox", params={"quality": "max", "complexity": "high"}),
        Request(model="dall-e-3", prompt="a fox", size=Size(1792, 1024), params={"quality": "hd", "style": "vivid"}, count=4),
        Request(model="gpt-image-1-mini", prompt="a fox", params={"input_fidelity": "low"}, references=(BLOB, WEBP), mask=BLOB),
        Request(model="somebody/new-model", prompt="a fox", size=Size(7, 7), params={"steps": 4}),
        Request(model="somebody/new-model", prompt="a fox", params={"size": "2K"}),
    ],
)
def test_check_lets_through(request_):
    OPENAI.check(request_)


def test_how_many_pictures_one_request_may_ask_for():
    assert [OPENAI.max_count(model) for model in ("dall-e-3", "gpt-image-2", "gpt-image-2-2026-04-21", "unknown")] == [1, 10, 10, 1]


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_the_nearest_size_is_always_one_that_is_offered(width, height):
    size = Size(width, height)
    for model in ("gpt-image-2", "gpt-image-1.5"):
        sizes = family(model).sizes
        best = nearest(size, sizes)
        assert best in sizes if sizes else FREE.holds(best)
        if sizes is None and FREE.holds(size):
            assert best == size


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"input_tokens": 100, "output_tokens": 1000}, (100, 0, 1000, 0)),
        (
            {
                "input_tokens_details": {"text_tokens": 10, "image_tokens": 100},
                "output_tokens_details": {"text_tokens": 5, "image_tokens": 1000},
            },
            (10, 100, 1000, 5),
        ),
        ({"input_tokens": "many", "output_tokens": 1000}, None),
        ({"input_tokens": 1}, None),
        (None, None),
    ],
)
def test_which_tokens_an_answer_used(usage, tokens):
    found = openai_usage.tokens(usage)
    assert found == (None if tokens is None else dict(zip(("text_in", "image_in", "image_out", "text_out"), tokens, strict=True)))
