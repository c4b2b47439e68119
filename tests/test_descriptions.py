"""What every model of the catalog sends at every provider, for every field that the catalog offers, judged by the published descriptions.

The requests are what our clients and the real SDKs put on the wire: a server takes them down and refuses them. The descriptions are no part
of this repository; fal has none, and is judged by the table tests/fal_inputs.json, made from the types that it publishes (2026-08-02).
What goes into a model of Replicate stands in tests/replicate_inputs.json (2026-11-22), with a source for each; where none is on record,
a row has the names and kinds of inputs alone.
"""

import json
import re
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from assetgen.errors import Impossible, Refused, Unknown
from assetgen.model import Lora
from assetgen.net import Http
from assetgen.providers import Request, comfyui, fal, firefly, ideogram, openai, replicate, stability
from assetgen.settings import Settings
from tests import descriptions, offered
from tests.servers import serve
from tests.servers.clients import Slip
from tests.servers.recorder import Sent, serve_recorder

FAL = json.loads((Path(__file__).parent / "fal_inputs.json").read_text())
REPLICATE = json.loads((Path(__file__).parent / "replicate_inputs.json").read_text())
# A workflow is the user's; the catalog offers what is bound to it.
NODE = {"class_type": "X", "inputs": dict.fromkeys(("text", "not", "seed", "width", "height", "image", "mask", "lora", "scale"), 0)}
FLOW = {
    "workflow_json": json.dumps({"1": NODE, "2": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x"}}}),
    "bindings": {
        **{name: f"1.{name}" for name in ("seed", "width", "height", "mask")},
        "prompt": "1.text",
        "negative": "1.not",
        **{f"reference{nth}": "1.image" for nth in range(1, 65)},
        "lora1": "1.lora",
        "lora1_scale": "1.scale",
        **{f"guide_{kind}": "1.image" for kind in offered.KINDS},
    },
}


def typed(schema, value):
    """A value of a form, which is text, as the type that the description gives it."""
    kinds = schema.get("type")
    if isinstance(value, list):
        return [typed(schema.get("items", {}), each) for each in value]
    if kinds == "array":
        return [typed(schema.get("items", {}), value)]
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return json.loads(value) if {"object", "integer", "number", "boolean"}.intersection(kinds) else value


class Judge:
    """A published description, opened once. Every key that it does not name is refused as well."""

    def __init__(self, name):
        self.description = descriptions.Description(name)
        self.validators = {}

    def __call__(self, path, kind, value):
        schema = self.description.body_of(path, kind)
        self.closed(schema, value)

    def closed(self, schema, value):
        named = self.properties(schema)
        unknown = value.keys() - named.keys()
        assert not unknown, f"not described: {sorted(unknown)}"
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            self.validators[key] = jsonschema.Draft202012Validator(
                {**schema, "components": self.description.document.get("components", {})}
            )
        self.validators[key].validate(value)

    def properties(self, schema):
        return self.description.resolved(schema)["properties"]

    def form(self, path, sent):
        """The fields of a form in their types, and its files as texts."""
        named = self.properties(self.description.body_of(path, "multipart/form-data"))
        value = {name: typed(self.description.resolved(named.get(name, {})), text) for name, text in sent.fields.items()}
        for name in sent.files:
            bare = name.removesuffix("[]")
            many = name.endswith("[]") or self.description.resolved(named.get(bare, {})).get("type") == "array"
            value[bare] = [*value.get(bare, []), "binary"] if many else "binary"
        return value


@cache
def judge(name):
    return Judge(name)


# --- one function a provider: raises where the description does not allow what was sent

# The SDK of November 2026 is newer than the description: these it knows and the other does not.
NEWER = {"quality": {"xhigh", "max"}, "complexity": {"low", "medium", "high"}}


@cache
def sdk(path):
    from openai.types.image_edit_params import ImageEditParamsNonStreaming
    from openai.types.image_generate_params import ImageGenerateParamsNonStreaming

    class Generating(ImageGenerateParamsNonStreaming):
        pass

    class Editing(ImageEditParamsNonStreaming):
        pass

    closed = with_config(ConfigDict(extra="forbid", arbitrary_types_allowed=True))
    return TypeAdapter(closed(Editing if path.endswith("edits") else Generating))


def judge_openai(sent):
    path = sent.path.removeprefix("/v1")
    described = judge("openai-images.json")
    value = described.form(path, sent) if sent.form else sent.fields
    older = {name: given for name, given in value.items() if not (name in NEWER and given in NEWER[name])}
    described(path, "multipart/form-data" if sent.form else "application/json", older)
    files = [name.removesuffix("[]") for name in sent.files]
    pictures = {name: b"binary" if files.count(name) == 1 else [b"binary"] * files.count(name) for name in files}
    sdk(path).validate_python({**value, **pictures}, strict=False)


def judge_replicate(sent):
    described = judge("replicate.json")
    assert sent.path.startswith("/v1/models/") or sent.path == "/v1/predictions"
    named = "schemas_prediction_request" if sent.path.startswith("/v1/models/") else "schemas_version_prediction_request"
    described.closed({"$ref": f"#/components/schemas/{named}"}, sent.fields)
    if sent.path != "/v1/predictions":
        name = sent.path.removeprefix("/v1/models/").removesuffix("/predictions")
        assert name in REPLICATE, f"no inputs for {name}"
        judge_of_inputs(name).validate(sent.fields["input"])


@cache
def judge_of_inputs(name):
    return jsonschema.Draft202012Validator(REPLICATE[name])


def judge_ideogram(sent):
    """The first API and version 1 by their descriptions. Version 2 has none: its models take version 1's fields, in small letters."""
    described = judge("ideogram.json")
    path, kind = sent.path, "multipart/form-data" if sent.form else "application/json"
    value = described.form(path, sent) if sent.form and path in described.description.document["paths"] else dict(sent.fields)
    if path == "/generate":
        described(path, kind, value)
        described.closed({"$ref": "#/components/schemas/ImageRequest"}, value["image_request"])
    elif path.startswith("/v1/"):
        described(path, kind, value)
    else:
        _judge_second(described, sent)


def _judge_second(described, sent):
    verb, name = sent.path.removeprefix("/v2/image/").split("/")
    older = {"ideogram-3": f"/v1/ideogram-v3/{verb}", "ideogram-3-transparent": "/v1/ideogram-v3/generate-transparent"}.get(name)
    if older is None:
        # Nothing is published of these but their pages in prose.
        assert name in {"ideogram-4", "ideogram-4-5"}
        named = {"quality", "size", "images", "mask"} if name == "ideogram-4-5" else {"rendering_speed", "resolution"}
        assert {*sent.fields, *sent.files} <= {"prompt", "magic_prompt", "seed", "num_images", "async", *named}
        return
    value = described.form(older, sent) if sent.form else dict(sent.fields)
    assert value.pop("async") in {True, "true"}
    shouted = {"magic_prompt", "rendering_speed", "style_type", "style_preset", "upscale_factor"}
    value = {name: given.upper() if name in shouted else given for name, given in value.items()}
    described(older, "multipart/form-data", value)


def judge_firefly(sent):
    described = judge("firefly.json")
    operation = described.description.document["paths"][sent.path]["post"]
    versions = next(one["schema"]["enum"] for one in operation["parameters"] if one["name"] == "x-model-version")
    assert sent.headers["x-model-version"] in versions
    described(sent.path, "application/json", sent.fields)


def judge_stability(sent):
    described = judge("stability-sd3.json")
    value = described.form(sent.path, sent)
    # The description's list of models is older than its text, which names this one.
    if value["model"] == "sd3.5-flash":
        value["model"] = "sd3.5-large"
    described(sent.path, "multipart/form-data", value)


@cache
def judge_of_comfyui():
    document = yaml.safe_load((descriptions.FOLDER / "comfyui-local.yaml").read_text())
    return jsonschema.Draft202012Validator({"$ref": "#/components/schemas/PromptRequest", "components": document["components"]})


def judge_comfyui(sent):
    assert sent.path == "/prompt"
    judge_of_comfyui().validate(sent.fields)


@cache
def judge_of_app(name):
    return jsonschema.Draft202012Validator(FAL[name])


def judge_fal(sent):
    name = sent.path.removeprefix("/")
    # Its own guide says that it takes what the one before it took.
    name = re.sub(r"^google/nano-banana-2\.1(?=/edit$|$)", "fal-ai/nano-banana-2", name)
    assert name in FAL, f"no types for {name}"
    judge_of_app(name).validate(sent.fields)


# provider: its factory, the variables that lead to the server, the judge
PROVIDERS = {
    "openai": (openai.create, {"OPENAI_BASE_URL": "ROOT/v1", "OPENAI_API_KEY": "key-0123456789"}, judge_openai),
    "replicate": (replicate.create, {"REPLICATE_BASE_URL": "ROOT", "REPLICATE_API_TOKEN": "key-0123456789"}, judge_replicate),
    "fal": (fal.create, {"FAL_QUEUE_URL": "ROOT", "FAL_KEY": "key-0123456789"}, judge_fal),
    "ideogram": (ideogram.create, {"IDEOGRAM_BASE_URL": "ROOT", "IDEOGRAM_API_KEY": "key-0123456789"}, judge_ideogram),
    "firefly": (
        firefly.create,
        {
            "FIREFLY_BASE_URL": "ROOT",
            "FIREFLY_IMS_URL": "ROOT",
            **dict.fromkeys(("FIREFLY_SERVICES_CLIENT_ID", "FIREFLY_SERVICES_CLIENT_SECRET"), "key-0123456789"),
        },
        judge_firefly,
    ),
    "stability": (stability.create, {"STABILITY_BASE_URL": "ROOT", "STABILITY_API_KEY": "key-0123456789"}, judge_stability),
    "comfyui": (comfyui.create, {"COMFYUI_URL": "ROOT"}, judge_comfyui),
}
# The older engine of Stability is asked over gRPC, whose own types are its description.
CASES = [(name, model) for name in PROVIDERS for model in offered.asked(name) if (name, model) != ("stability", "sdxl")]


@pytest.fixture(scope="module")
def server():
    with serve_recorder() as running:
        yield running


@pytest.fixture(scope="module")
def connected(server):
    """The providers, connected as a user connects them."""
    http = Http()
    made = {}
    for name, (create, variables, _) in PROVIDERS.items():
        made[name] = create(Settings(({key: value.replace("ROOT", server.root) for key, value in variables.items()},)), http)
    yield made
    for provider in made.values():
        provider.close()
    http.close()


def send(provider, request, server):
    """The one request that would be paid for, as it came over the wire."""
    with pytest.raises((Refused, Unknown)):
        provider.generate(request, Slip())
    [sent] = server.take()
    return sent


@descriptions.needed
@pytest.mark.parametrize(("provider", "model"), CASES)
def test_whatever_the_catalog_offers_is_sent_as_described(connected, server, provider, model):
    made, judging = connected[provider], PROVIDERS[provider][2]
    wrong = []
    usual = FLOW if provider == "comfyui" else {}
    together = ("all that goes together", offered.crowded(model, provider, made.check, usual))
    for label, request in (*offered.offered(model, provider, made.check, usual), together):
        sent = send(made, request, server)
        try:
            judging(sent)
        except (AssertionError, jsonschema.ValidationError, ValidationError) as failure:
            wrong.append(f"{label}: {sent.path}: {getattr(failure, 'message', failure)}")
    assert wrong == []


def judge_message(message):
    """A message of the older engine: its names and types are the stubs', and these are the ranges of the engine's documentation."""
    image = message.image
    [parameters] = image.parameters
    assert message.engine_id == "stable-diffusion-xl-1024-v1-0"
    assert (image.width % 64, image.height % 64, image.width * image.height <= 1024**2) == (0, 0, True)
    assert 1 <= image.samples <= 10
    assert not image.HasField("steps") or 10 <= image.steps <= 150
    assert not parameters.sampler.HasField("cfg_scale") or 0 <= parameters.sampler.cfg_scale <= 35
    assert not parameters.schedule.HasField("start") or 0 <= parameters.schedule.start <= 1
    assert all(0 <= seed < 2**32 for seed in image.seed)
    texts = [prompt for prompt in message.prompt if prompt.HasField("text")]
    assert texts[0].text == "a fox in the snow"
    assert {prompt.parameters.weight for prompt in texts} <= {1.0, -1.0}
    assert all(prompt.artifact.binary for prompt in message.prompt if not prompt.HasField("text"))


def test_whatever_the_catalog_offers_of_the_older_engine_is_in_its_ranges():
    http = Http()
    with serve("stability-grpc") as server:
        made = stability.create(Settings(({"STABILITY_HOST": server.base_url, "STABILITY_API_KEY": "key-0123456789"},)), http)
        usual = {"api": "grpc"}
        requests = [request for _, request in offered.offered("sdxl", "stability", made.check, usual)]
        for request in (*requests, offered.crowded("sdxl", "stability", made.check, usual)):
            assert made.generate(request, Slip())
            judge_message(server.messages[-1])
        assert len(server.messages) == len(requests) + 1 > 50
        for field, value in {"steps": 151, "width": 1000, "samples": 11}.items():
            wrong = type(server.messages[0])()
            wrong.CopyFrom(server.messages[0])
            setattr(wrong.image, field, value)
            with pytest.raises(AssertionError):
                judge_message(wrong)
    made.close()
    http.close()


@descriptions.needed
def test_a_model_that_the_catalog_does_not_know_is_sent_as_described(connected, server):
    picture = {"references": (offered.PICTURE,), "mask": offered.MASK}
    asked = Request(model="own", id=f"own/model:{'5c7d' * 16}", prompt="a fox", negative="text", seed=3, count=2, **picture)
    sent = send(connected["replicate"], asked, server)
    judge_replicate(sent)
    assert (sent.path, sent.fields["version"]) == ("/v1/predictions", "5c7d" * 16)


def test_no_model_is_left_out():
    known = {provider for model in offered.CATALOG.models.values() for provider in model.services}
    assert known - set(PROVIDERS) <= {"sketch", "manual", "diffusers"}
    assert len(CASES) > 60


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"params": {"strength": 0.5}}, 'model "flux-dev" takes no "strength" for a request of this kind'),
        (
            {"params": {"acceleration": "high"}, "loras": (Lora(id="owner/weights"),)},
            'model "flux-dev" takes no "acceleration = high" for a request of this kind',
        ),
    ],
)
def test_what_only_a_variant_of_a_model_lacks_is_refused_in_the_plan(connected, fields, message):
    with pytest.raises(Impossible) as caught:
        connected["fal"].check(Request(model="flux-dev", id="fal-ai/flux/dev", prompt="a fox", **fields))
    [name] = fields["params"]
    assert (caught.value.message, caught.value.hint) == (message, f'remove "{name}" from params')


JSON = {"content-type": "application/json"}
FORM = {"content-type": "multipart/form-data; boundary=x"}
FLUX_DEV = "/v1/models/black-forest-labs/flux-dev"
WRONG = [
    ("openai", "/v1/images/generations", JSON, {"prompt": "a fox", "model": "gpt-image-2", "steps": 3}),
    ("openai", "/v1/images/generations", JSON, {"prompt": "a fox", "model": "gpt-image-2", "n": 11}),
    ("openai", "/v1/images/generations", JSON, {"prompt": "a fox", "model": "gpt-image-2", "quality": "best"}),
    ("openai", "/v1/images/generations", JSON, {"model": "gpt-image-2"}),
    ("openai", "/v1/images/edits", FORM, {"prompt": "a fox", "model": "gpt-image-2"}),
    ("openai", "/v1/images/edits", FORM, {"prompt": "a fox", "image": "binary", "n": "many"}),
    ("replicate", f"{FLUX_DEV}/predictions", JSON, {"input": {"prompt": "a fox"}, "version": "x"}),
    ("replicate", f"{FLUX_DEV}/predictions", JSON, {"input": {"prompt": "a fox", "steps": 28}}),
    ("replicate", f"{FLUX_DEV}/predictions", JSON, {"input": {"prompt": "a fox", "guidance": 11}}),
    ("replicate", f"{FLUX_DEV}/predictions", JSON, {"input": {"prompt": "a fox", "aspect_ratio": "7:5"}}),
    ("replicate", f"{FLUX_DEV}/predictions", JSON, {"input": {}}),
    ("replicate", "/v1/models/no/model/predictions", JSON, {"input": {"prompt": "a fox"}}),
    ("replicate", "/v1/predictions", JSON, {"input": {}}),
    ("replicate", "/v1/predictions", JSON, {"version": "x", "input": "a fox"}),
    ("fal", "/fal-ai/flux/dev", JSON, {"prompt": "a fox", "steps": 3}),
    ("fal", "/fal-ai/flux/dev", JSON, {"prompt": "a fox", "acceleration": "warp"}),
    ("fal", "/fal-ai/flux/dev", JSON, {"prompt": "a fox", "image_size": {"width": "wide", "height": 64}}),
    ("fal", "/fal-ai/flux/dev", JSON, {}),
    ("fal", "/fal-ai/no/app", JSON, {"prompt": "a fox"}),
    ("ideogram", "/generate", JSON, {"image_request": {"prompt": "a fox", "model": "V_9"}}),
    ("ideogram", "/generate", JSON, {"image_request": {"prompt": "a fox", "model": "V_2", "steps": 3}}),
    ("ideogram", "/v1/ideogram-v3/generate", FORM, {"prompt": "a fox", "rendering_speed": "SLOW"}),
    ("ideogram", "/v1/ideogram-v3/generate", FORM, {"prompt": "a fox", "magic_prompt": "off"}),
    ("ideogram", "/v2/image/generate/ideogram-3", JSON, {"prompt": "a fox", "async": True, "quality": "low"}),
    ("ideogram", "/v2/image/generate/ideogram-3", JSON, {"prompt": "a fox", "async": True, "style_type": "fauvist"}),
    ("firefly", "/v3/images/generate-async", JSON, {"prompt": "a fox", "numVariations": 5}),
    ("firefly", "/v3/images/generate-async", JSON, {"prompt": "a fox", "steps": 3}),
    ("firefly", "/v3/images/generate-async", JSON, {"prompt": "a fox", "contentClass": "x"}),
    ("stability", "/v2beta/stable-image/generate/sd3", FORM, {"prompt": "a fox", "model": "sd1"}),
    ("stability", "/v2beta/stable-image/generate/sd3", FORM, {"prompt": "a fox", "model": "sd3.5-large", "steps": "3"}),
    ("stability", "/v2beta/stable-image/generate/sd3", FORM, {"prompt": "a fox", "model": "sd3.5-large", "cfg_scale": "11"}),
    ("stability", "/v2beta/stable-image/generate/sd3", FORM, {"prompt": "a fox", "model": "sd3.5-large", "aspect_ratio": "4:3"}),
    ("comfyui", "/prompt", JSON, {"client_id": "x"}),
    ("comfyui", "/prompt", JSON, {"prompt": {"1": {"inputs": {}}}}),
    ("comfyui", "/prompt", JSON, {"prompt": {"1": {"class_type": "X", "inputs": {"a": [1]}}}}),
]


@descriptions.needed
@pytest.mark.parametrize(("provider", "path", "headers", "fields"), WRONG)
def test_the_description_refuses_what_is_wrong(provider, path, headers, fields):
    model = {"x-model-version": "image3"} if provider == "firefly" else {}
    with pytest.raises((AssertionError, jsonschema.ValidationError, ValidationError, ValueError)):
        PROVIDERS[provider][2](Sent(path, {**headers, **model}, b"", fields))
