"""The provider against a queue on loopback; and fal's own SDK against the same queue, so that both agree on the protocol."""

import subprocess
import sys
from pathlib import Path

import pytest
from fal_client.client import AppId
from hypothesis import given, settings
from hypothesis import strategies as st

from assetgen.errors import BadAnswer, Impossible, Refused, Unauthorized, Unavailable
from assetgen.model import Size
from assetgen.providers import Blob, Guide, Request
from assetgen.providers.fal import create
from assetgen.providers.fal.arguments import call
from assetgen.providers.fal.models import MODELS, app
from assetgen.settings import Settings
from tests.faults import FAL, shown
from tests.servers import serve_fal
from tests.servers.clients import Slip, clients, failure_of
from tests.servers.fal import FAL_KEY, FAULTS
from tests.servers.loopback import URLS
from tests.servers.pictures import draw

ROOT = Path(__file__).parents[1]
DEV = "fal-ai/flux/dev"
ID = "00000000-0000-4000-8000-000000000001"
FOX = Request(model="flux-dev", id=DEV, prompt="a fox in the snow", size=Size(1024, 768), params={"num_inference_steps": 28})
KEY_HINT = "FAL_KEY=… in the environment, or in a git-ignored .env beside assetgen.toml"
USAGE = "it may have been paid for: see the provider's usage page"
GOES_ON = f'the job "{ID}" goes on at fal, and the next build asks for it again'


@pytest.fixture
def server():
    with serve_fal() as running:
        yield running


@pytest.fixture
def connect(server):
    with clients(create, FAL_QUEUE_URL=server.base_url, FAL_KEY=FAL_KEY) as connecting:
        yield connecting


def blob(name, form="png"):
    return Blob(data=draw(name, 64, 64, form=form), format=form, name=name)


def sent(request):
    return call(request).app.id, call(request).input()


# --- what is sent, and what comes back


def test_a_picture_with_everything_the_provider_said(server, connect):
    job = Slip()
    [picture] = connect().generate(FOX, job)
    assert picture.data.startswith(b"\x89PNG")
    assert (picture.seed, picture.model, picture.request_id, picture.revised_prompt) == (815, DEV, ID, None)
    assert picture.effective == {"width": 1024, "height": 768, "content_type": "image/png", "seed": 815}
    assert (picture.unhonoured, picture.cost) == ((), None)
    [seen] = server.requests
    size = {"width": 1024, "height": 768}
    assert seen.path == "/fal-ai/flux/dev"
    assert seen.fields == {"output_format": "png", "prompt": "a fox in the snow", "image_size": size, "num_inference_steps": 28}
    assert (seen.headers["authorization"], seen.headers["x-fal-no-retry"]) == (f"Key {FAL_KEY}", "1")
    assert job.saved == [{"id": ID, "app": "fal-ai/flux"}]
    assert job.told == [(None, "fal: waits, 1 before it")]
    root = f"/fal-ai/flux/requests/{ID}"
    assert server.reads == [f"{root}/status?logs=0", f"{root}/status?logs=0", root]


def test_the_prompt_that_was_really_drawn_is_recorded(server, connect):
    server.fail_next("rewritten", "single")
    [picture] = connect().generate(Request(model="flux-dev", id=DEV, prompt="a fox", negative="text", seed=3), Slip())
    assert (picture.revised_prompt, picture.seed, picture.unhonoured) == ("a painting of a fox", 3, ("negative",))
    assert len(connect().generate(FOX, Slip())) == 1


def test_several_pictures_and_those_that_may_be_seen(server, connect):
    two = Request(model="flux-dev", id=DEV, prompt="a fox", count=2)
    assert len({picture.data for picture in connect().generate(two, Slip())}) == 2
    server.fail_next("one-nsfw", "url-data")
    assert len(connect().generate(two, Slip())) == 1
    assert connect().generate(FOX, Slip())[0].data.startswith(b"\x89PNG")


def test_a_reference_or_a_mask_asks_the_app_for_edits(server, connect):
    plain = Request(model="flux-dev", id=DEV, prompt="a fox", references=(blob("a.png"),), params={"strength": 0.8})
    connect().generate(plain, Slip())
    [seen] = server.requests
    assert seen.path == "/fal-ai/flux/dev/image-to-image"
    assert seen.fields["image_url"].startswith("data:image/png;base64,iVBOR")
    assert seen.fields["strength"] == 0.8
    masked = Request(model="m", id="fal-ai/flux-general", prompt="x", negative="no", references=(blob("a"),), mask=blob("m", "webp"))
    name, body = sent(masked)
    assert name == "fal-ai/flux-general/inpainting"
    assert (sorted(body), body["mask_url"][:16]) == (
        ["image_url", "mask_url", "negative_prompt", "output_format", "prompt"],
        "data:image/webp;",
    )
    name, body = sent(Request(model="m", id="fal-ai/flux-2-pro", prompt="x", references=(blob("a"), blob("b"))))
    assert (name, len(body["image_urls"])) == ("fal-ai/flux-2-pro/edit", 2)


def test_an_unknown_app_passes_through(server, connect):
    request = Request(
        model="own", id="me/my-app/v2", prompt="a fox", negative="text", seed=1, size=Size(640, 512), params={"sampler": "ddim"}
    )
    [picture] = connect().generate(request, Slip())
    size = {"width": 640, "height": 512}
    assert server.requests[0].path == "/me/my-app/v2"
    assert server.requests[0].fields == {
        "prompt": "a fox",
        "image_size": size,
        "seed": 1,
        "negative_prompt": "text",
        "sampler": "ddim",
    }
    assert (picture.unhonoured, server.reads[-1]) == ((), f"/me/my-app/requests/{ID}")
    _, body = sent(Request(model="own", id="me/my-app", prompt="x", references=(blob("a"), blob("b"))))
    assert len(body["image_urls"]) == 2
    connect().generate(Request(model="own", id="comfy/me/flow", prompt="a fox"), Slip())
    assert server.reads[-1].startswith("/comfy/me/flow/requests/")


def test_the_key_goes_to_the_queue_and_nowhere_else(server, connect):
    connect().generate(FOX, Slip())
    [(path, headers)] = server.downloads
    assert path.startswith("/files/0.png?sig=")
    assert FAL_KEY not in repr(headers)


# --- resuming


def test_a_build_that_died_is_resumed_by_the_id_and_nothing_is_bought_again(server, connect):
    job = Slip(patience=1)
    failure = failure_of(connect(), FOX, job)
    assert (type(failure), failure.message) == (Unavailable, f"stopped: {GOES_ON}")
    [picture] = connect().generate(FOX, Slip(handle=job.saved[0]))
    assert picture.data.startswith(b"\x89PNG")
    # As `assetgen jobs resolve --adopt` leaves it: an id alone.
    [adopted] = connect().generate(FOX, Slip(handle={"id": ID}))
    assert adopted.data == picture.data
    assert (len(server.requests), len(server.accepted)) == (1, 1)


def test_the_id_is_saved_before_the_first_question(server, connect):
    class Dying(Slip):
        def save(self, handle):
            super().save(handle)
            raise KeyboardInterrupt

    job = Dying()
    with pytest.raises(KeyboardInterrupt):
        connect().generate(FOX, job)
    assert (job.saved, server.reads) == ([{"id": ID, "app": "fal-ai/flux"}], [])


def test_an_expired_url_is_asked_for_again_and_never_bought_again(server, connect):
    server.fail_next("stale-410")
    [picture] = connect().generate(FOX, Slip())
    assert picture.data.startswith(b"\x89PNG")
    assert (len(server.requests), len(server.downloads)) == (1, 2)


def test_a_job_can_be_cancelled(server, connect):
    server.fail_next("slow")
    provider, job = connect(), Slip(patience=2)
    failure_of(provider, FOX, job)
    assert provider.cancel(job.saved[0]) is True
    assert server.cancelled == [ID]
    failure = failure_of(provider, FOX, Slip(handle=job.saved[0]))
    assert (type(failure), failure.message, failure.hint) == (BadAnswer, "the job ended at fal as canceled", USAGE)


# --- faults

ACCOUNT = "fal refuses the account or the key"
REFUSED = {
    "422": (
        Refused,
        "fal refused the request: num_inference_steps: Input should be less than or equal to 50 (less_than_equal)",
        "",
    ),
}
PASSING = ("result-502", "result-html")
ENDED = {
    "invalid": (Refused, "fal refused the request: image_url: Value error, the picture is too small (value_error)", ""),
    "null": (BadAnswer, "fal ended the job without a picture", USAGE),
}


def test_every_fault_of_the_server_is_met_by_a_test():
    here = {*REFUSED, *ENDED, *PASSING, "slow", "one-nsfw", "rewritten", "single"}
    assert here | shown(FAL) | set(URLS) == set(FAULTS)
    assert not here & shown(FAL)


@pytest.mark.parametrize("fault", REFUSED)
def test_a_request_that_was_not_accepted(server, connect, fault):
    server.fail_next(fault)
    job = Slip()
    failure = failure_of(connect(), FOX, job)
    assert (type(failure), failure.message, failure.hint) == REFUSED[fault]
    assert (len(server.requests), len(server.accepted), job.saved) == (1, 0, [])


@pytest.mark.parametrize("fault", ENDED)
def test_a_job_that_ends_badly(server, connect, fault):
    server.fail_next(fault)
    job = Slip()
    failure = failure_of(connect(), FOX, job)
    assert (type(failure), failure.message, failure.hint) == ENDED[fault]
    assert "SIGNED" not in failure.message + failure.hint
    assert (len(server.requests), len(server.accepted), len(job.saved)) == (1, 1, 1)


@pytest.mark.parametrize("fault", PASSING)
def test_trouble_with_reading_a_job_passes(server, connect, fault):
    server.fail_next(fault)
    assert len(connect().generate(FOX, Slip())) == 1
    assert (len(server.requests), len(server.accepted)) == (1, 1)


def test_an_unknown_status_is_told_and_waited_out(server, connect):
    server.fail_next("mystery")
    job = Slip()
    connect().generate(FOX, job)
    assert (None, 'fal: reports the unknown status "THINKING"') in job.told


@pytest.mark.parametrize(("fault", "after"), [("429", 7.0), ("503", 3.0)])
def test_the_wait_that_the_provider_asks_for(server, connect, fault, after):
    server.fail_next(fault)
    assert failure_of(connect(), FOX, Slip()).after == after


def test_a_wait_until_a_date(server, connect):
    server.fail_next("429-date")
    assert 50 < failure_of(connect(), FOX, Slip()).after <= 60


def test_what_cannot_be_reached_was_not_sent(connect):
    failure = failure_of(connect(env={"FAL_QUEUE_URL": "http://127.0.0.1:1"}), FOX, Slip())
    assert (type(failure), failure.message) == (Unavailable, 'fal could not be reached at "127.0.0.1" (ConnectError)')


def test_an_app_that_is_not_there(server, connect):
    failure = failure_of(connect(), Request(model="own", id="fal-ai/nothing", prompt="a fox"), Slip())
    assert (type(failure), failure.message) == (Refused, 'fal does not serve the app "fal-ai/nothing": Application not found')


def test_no_key_no_request(server, connect):
    failure = failure_of(connect(env={"FAL_KEY": ""}), FOX, Slip())
    assert (type(failure), failure.message, failure.hint) == (Unauthorized, 'there is no key for fal: "FAL_KEY" is not set', KEY_HINT)
    assert server.connections == 0


# --- what is refused before anything is paid


@pytest.mark.parametrize(
    ("fields", "message", "hint"),
    [
        ({"id": "flux"}, '"flux" is no app of fal', 'model = "owner/app", such as "fal-ai/flux/dev"'),
        ({"id": "fal-ai/../admin"}, '"fal-ai/../admin" is no app of fal', 'model = "owner/app", such as "fal-ai/flux/dev"'),
        ({"prompt": ""}, 'model "flux-dev" needs a prompt', 'prompt = "…"'),
        ({"count": 5}, 'model "flux-dev" makes at most 4 in one request, and 5 are asked for', ""),
        (
            {"params": {"image_size": "square"}},
            '"image_size" is not a parameter: it is written by the field "size"',
            'remove "image_size" from params',
        ),
        (
            {"references": (Blob(data=b"", format="png", name="a"),)},
            'model "flux-dev" gives a picture the size of its reference',
            "remove size, and use a step of post",
        ),
        ({"id": "fal-ai/nano-banana"}, 'model "flux-dev" does not offer the size "1024x768"', 'size = "1184x864"'),
        ({"id": "fal-ai/flux-pro/v1/fill", "size": None}, 'model "flux-dev" needs a reference', 'references = ["…"]'),
        (
            {"id": "fal-ai/flux-general", "params": {"controlnets": [{"path": "x"}]}},
            '"controlnets" is not a parameter: it is written by the field "controls"',
            'remove "controlnets" from params',
        ),
        (
            {"id": "fal-ai/flux/schnell", "references": (Blob(data=b"", format="png", name="a"),)},
            'model "flux-dev" takes no references',
            'remove "references"',
        ),
    ],
)
def test_what_check_refuses(fields, message, hint):
    usual = {"model": "flux-dev", "id": DEV, "prompt": "a fox", "size": Size(1024, 768)}
    request = Request(**{**usual, **fields})
    provider = create(Settings(), None)
    with pytest.raises(Impossible) as caught:
        provider.check(request)
    assert (caught.value.message, caught.value.hint) == (message, hint)
    failure = failure_of(provider, request, Slip())
    assert (type(failure), failure.message) == (Refused, message)


def test_check_imports_no_sdk_and_no_http():
    script = """
import sys
from assetgen.providers import Request
from assetgen.providers.fal import create
from assetgen.settings import Settings
create(Settings(), None).check(Request(model="flux-dev", id="fal-ai/flux/dev", prompt="a fox"))
print([name for name in ("fal_client", "httpx") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_every_app_gets_an_input_that_its_fields_hold(server, connect):
    """Every entry of the table is sent once, with all that it takes."""
    provider = connect()
    for name, shape in MODELS.items():
        pictures = (blob("reference.png"),) if "references" in shape.required else ()
        sized = shape.sizing != "none" and not (pictures and shape.follows)
        size = next(iter(shape.words), Size(1024, 1024)) if sized else None
        mask = blob("mask.png") if "mask" in shape.required else None
        guides = (Guide(kind=shape.guided.kinds[0], image=blob("edges.png")),) if "controls" in shape.required else ()
        request = Request(
            model="m", id=name, prompt="a fox", negative="text", seed=3, size=size, references=pictures, mask=mask, guides=guides
        )
        provider.check(request)
        [picture] = provider.generate(request, Slip())
        assert ("negative" in picture.unhonoured) is not shape.negative
        assert server.requests[-1].path == f"/{name}"
    followers = {other for shape in MODELS.values() for other in (shape.edit, shape.inpaint) if other}
    assert followers - MODELS.keys() == set()


# --- fal's own SDK


PART = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,12}", fullmatch=True)


@settings(max_examples=100)
@given(st.lists(PART, min_size=2, max_size=5), st.sampled_from([[], ["comfy"], ["workflows"]]))
def test_jobs_are_asked_about_where_the_sdk_asks(parts, space):
    name = "/".join([*space, *parts])
    theirs, ours = AppId.from_endpoint_id(name), app(name)
    assert ours.root == "/".join([*([theirs.namespace] if theirs.namespace else []), theirs.owner, theirs.alias])


def test_the_sdk_gets_the_same_picture_from_the_same_job(server, connect):
    """In a process of its own, because the SDK is pointed at the server by writing over its constants."""
    job = Slip()
    [picture] = connect().generate(FOX, job)
    script = """
import sys
import fal_client
from fal_client import client
client.QUEUE_URL_FORMAT = sys.argv[1] + "/"
asked = fal_client.SyncClient(key=sys.argv[2])
handle = asked.get_handle("fal-ai/flux/dev", sys.argv[3])
print(type(handle.status()).__name__, handle.get()["images"][0]["url"])
own = asked.submit("fal-ai/flux/dev", {"prompt": "a fox", "num_images": 2})
print([type(one).__name__ for one in own.iter_events(interval=0.01)], len(own.get()["images"]))
own.cancel()
"""
    asking = [sys.executable, "-c", script, server.base_url, FAL_KEY, ID]
    ran = subprocess.run(asking, cwd=ROOT, capture_output=True, text=True, check=True)
    first, second = ran.stdout.splitlines()
    assert first.startswith(f"Completed {server.base_url}/files/0.png")
    assert second == "['Queued', 'Completed'] 2"
    assert server.files["0.png"][0] == picture.data
    assert server.cancelled == ["00000000-0000-4000-8000-000000000002"]
