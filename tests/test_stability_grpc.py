"""The older engine through the real SDK, against a gRPC server on loopback from the SDK's own stubs."""

import sys

import pytest

from assetgen.errors import Impossible, MissingExtra, Refused, Unavailable, Unknown, UsageError
from assetgen.model import Size
from assetgen.providers import Blob, Request
from assetgen.providers.stability import create
from assetgen.providers.stability.engine import missing, of_code
from assetgen.providers.stability.models import ENGINES, SAMPLERS
from assetgen.providers.stability.references import LARGEST
from assetgen.settings import Settings
from tests import servers
from tests.faults import GRPC, shown
from tests.servers.clients import clients, failure_of
from tests.servers.pictures import draw

KEY = "sk-stability-0123456789abcdefghij"
ENGINE = "stable-diffusion-xl-1024-v1-0"
BALANCE = "Your organization does not have enough balance to request this action"
KEY_HINT = "STABILITY_API_KEY=… in the environment, or in a git-ignored .env beside assetgen.toml"


def of(**fields):
    params = {"api": "grpc", **fields.pop("params", {})}
    return Request(**{"model": "sdxl", "id": ENGINE, "prompt": "a fox", "size": Size(1024, 1024), "params": params, **fields})


@pytest.fixture
def engine():
    with servers.serve("stability-grpc") as running:
        yield running


@pytest.fixture
def connect(engine):
    with clients(create, STABILITY_HOST=engine.base_url, STABILITY_API_KEY=KEY) as connecting:
        yield connecting


def test_a_picture_with_a_negative_prompt_and_a_sampler(engine, connect):
    request = of(negative="text", seed=7, size=Size(1344, 768), params={"sampler": "k_euler", "steps": 30, "cfg_scale": 8.5})
    [picture] = connect().generate(request, None)
    assert picture.data.startswith(b"\x89PNG")
    assert (picture.seed, picture.model, picture.unhonoured) == (7, ENGINE, ())
    assert picture.effective == {"api": "grpc", "sampler": "k_euler", "steps": 30, "cfg_scale": 8.5}
    [seen] = engine.messages
    assert [(prompt.text, prompt.parameters.weight) for prompt in seen.prompt] == [("a fox", 1.0), ("text", -1.0)]
    assert (seen.engine_id, seen.image.width, seen.image.height, seen.image.steps, list(seen.image.seed)) == (ENGINE, 1344, 768, 30, [7])
    samplers = seen.image.transform.DESCRIPTOR.fields_by_name["diffusion"].enum_type.values_by_number
    assert samplers[seen.image.transform.diffusion].name == "SAMPLER_K_EULER"
    assert seen.image.parameters[0].sampler.cfg_scale == 8.5


def test_several_pictures_a_preset_and_a_seed_of_zero(engine, connect):
    pictures = connect().generate(of(count=3, seed=0, params={"style_preset": "anime"}), None)
    assert len({picture.data for picture in pictures}) == 3
    assert all(picture.seed and picture.unhonoured == ("seed",) for picture in pictures)
    assert dict(engine.messages[0].extras["$IPC"]) == {"preset": "anime"}


def test_a_reference_and_a_mask(engine, connect):
    blob = Blob(data=draw("fox", 64, 64), format="png", name="fox.png")
    connect().generate(of(references=(blob,), mask=blob, params={"strength": 0.4}), None)
    [seen] = engine.messages
    assert len(seen.prompt) == 3
    assert seen.image.parameters[0].schedule.start == pytest.approx(0.4)


def test_a_reference_and_a_mask_too_heavy_for_one_message_are_not_sent(engine, connect):
    half = Blob(data=draw("fox", 64, 64) + b"\0" * (LARGEST // 2), format="png", name="half.png")
    failure = failure_of(connect(), of(references=(half,), mask=half))
    told = '"half.png" and "half.png" have 9.9 MiB, and stability takes 10 MiB with the prompt'
    assert (type(failure), failure.message, engine.messages) == (Refused, told, [])


def test_one_good_picture_of_several_is_kept(engine, connect):
    engine.fail_next("one-filtered")
    assert len(connect().generate(of(count=3), None)) == 2


def test_a_picture_that_came_before_the_stream_broke_is_kept(engine, connect):
    engine.fail_next("late-truncated")
    [picture] = connect().generate(of(), None)
    assert picture.data.startswith(b"\x89PNG")


def test_every_fault_of_the_server_is_met_by_a_test():
    assert {"one-filtered", "late-truncated"} | shown(GRPC) == set(servers.module("stability-grpc").FAULTS)


def test_a_server_that_cannot_be_reached_is_no_wait_for_ever(engine, connect):
    failure = failure_of(connect(env={"STABILITY_HOST": "127.0.0.1:1"}), of())
    assert (type(failure), failure.message) == (Unavailable, 'stability could not be reached at "127.0.0.1:1" (UNAVAILABLE)')


def test_a_stream_that_breaks_after_it_began_is_unknown():
    told = "the connection broke after the request was sent: failed to connect (UNAVAILABLE)"
    assert of_code("UNAVAILABLE", "failed to connect", "host", begun=True).message == told
    assert type(of_code("RESOURCE_EXHAUSTED", "", "host", begun=True)) is Unknown


def test_the_message_where_the_sdk_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "stability_sdk", None)
    failure = failure_of(create(Settings(({"STABILITY_API_KEY": KEY},)), None), of())
    assert failure.message == missing(sys.version_info[:2]).message
    older, newer = missing((3, 12)), missing((3, 13))
    assert (type(older), older.message, older.hint) == (
        MissingExtra,
        'the gRPC API of "stability" needs the extra "stability", which is not installed',
        "pip install 'assetgen-build[stability]'",
    )
    assert (type(newer), newer.message, newer.hint) == (
        UsageError,
        "the gRPC API of stability needs stability-sdk, which cannot be installed on Python 3.13",
        'Python 3.12, or model = "sd3.5-large" without api = "grpc"',
    )


@pytest.mark.parametrize(
    ("request_", "message", "hint"),
    [
        (of(count=11), 'model "sdxl" makes at most 10 in one request, and 11 are asked for', ""),
        (of(size=Size(1000, 1000)), '"sdxl" does not offer the size "1000x1000"', None),
        (of(params={"sampler": "euler"}), '"sampler" can\'t be "euler"', 'did you mean "k_euler"?'),
        (of(params={"steps": 5}), '"steps" can\'t be 5', "10 to 150"),
        (of(mask=Blob(data=b"", format="png", name="m")), "a mask needs a reference to be laid over", 'references = ["…"]'),
    ],
)
def test_check_refuses(request_, message, hint):
    with pytest.raises(Impossible) as caught:
        create(Settings(), None).check(request_)
    assert caught.value.message == message
    assert caught.value.hint == hint or hint is None


def test_check_imports_no_sdk_and_the_samplers_are_the_sdks(engine):
    from stability_sdk.utils import SAMPLERS as KNOWN

    assert set(SAMPLERS) == set(KNOWN)
    for size in ENGINES[ENGINE]:
        create(Settings(), None).check(of(size=size))
