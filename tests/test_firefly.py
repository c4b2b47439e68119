"""Firefly against a server on loopback: tokens, uploads, jobs over versions 3 and 4 of the API, and every fault."""

import json
import urllib.request

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.catalog import parse
from assetgen.errors import BadAnswer, Impossible, Refused, Unauthorized, Unavailable, Unknown
from assetgen.model import Size
from assetgen.providers import Blob, Guide, Request
from assetgen.providers.firefly import answer, create
from assetgen.providers.firefly.access import EARLY, Tokens
from assetgen.providers.firefly.bodies import pictures, submit
from assetgen.providers.firefly.models import FAMILIES
from assetgen.providers.http import Wire
from assetgen.settings import Settings
from tests.descriptions import Description, needed
from tests.faults import FIREFLY_3, shown
from tests.servers import serve_firefly
from tests.servers.clients import Slip, clients, failure_of
from tests.servers.firefly import FAULTS, ID, SECRET
from tests.servers.loopback import URLS
from tests.servers.pictures import draw
from tests.test_catalog import SOURCES

NAME = "urn:ff:jobs:1"
KEY_HINT = "FIREFLY_SERVICES_CLIENT_SECRET=… in the environment, or in a git-ignored .env beside assetgen.toml"
USAGE = "it may have been paid for: see the provider's usage page"
LATE = "the connection broke after the request was sent"
ON = f'the job "{NAME}" goes on at firefly, and the next build asks for it again'
BLOB = Blob(data=draw("fox", 64, 64), format="png", name="fox.png")
WEBP = Blob(data=draw("fox", 64, 64, form="webp"), format="webp", name="fox.webp")
SHOWN = [(Guide(kind="structure", image=BLOB, scale=scale),) for scale in (None, 0.0, 0.004, 0.5, 1.0)]


def of(id_="image4_standard", **fields):
    return Request(**{"model": "firefly", "id": id_, "prompt": "a fox", **fields})


FOX = of(size=Size(2048, 2048))


@pytest.fixture
def server():
    with serve_firefly() as running:
        yield running


def environment(server):
    return {
        "FIREFLY_BASE_URL": server.base_url,
        "FIREFLY_IMS_URL": server.base_url,
        "FIREFLY_SERVICES_CLIENT_ID": ID,
        "FIREFLY_SERVICES_CLIENT_SECRET": SECRET,
    }


@pytest.fixture
def connect(server):
    with clients(create, **environment(server)) as connecting:
        yield connecting


# --- what is sent, and what comes back


def test_a_picture_with_everything_the_provider_said(server, connect):
    job = Slip()
    params = {"contentClass": "art", "visualIntensity": 5, "style_presets": ["watercolor"], "style_strength": 40}
    pictures = connect().generate(of(negative="text", seed=7, size=Size(1440, 2560), count=2, params=params), job)
    assert [picture.seed for picture in pictures] == [7, 8]
    assert len({picture.data for picture in pictures}) == 2
    assert (pictures[0].model, pictures[0].request_id, pictures[0].unhonoured) == ("image4_standard", NAME, ())
    assert (pictures[0].effective, pictures[0].cost) == (params, None)
    [seen] = server.requests
    assert seen.path == "/v3/images/generate-async"
    assert seen.fields == {
        "prompt": "a fox",
        "negativePrompt": "text",
        "numVariations": 2,
        "seeds": [7, 8],
        "size": {"width": 1440, "height": 2560},
        "contentClass": "art",
        "visualIntensity": 5,
        "style": {"presets": ["watercolor"], "strength": 40},
    }
    assert (seen.headers["x-api-key"], seen.headers["x-model-version"]) == (ID, "image4_standard")
    assert seen.headers["authorization"] == f"Bearer {server.tokens[0]}"
    host = server.base_url.removeprefix("http://")
    where = {"host": host, "path": f"/v3/status/{NAME}", "cancel_host": host, "cancel_path": f"/v3/cancel/{NAME}"}
    assert job.saved == [{"id": NAME, **where}]
    assert job.told == [(None, "firefly: waits for a machine")]
    assert "SIGNED" not in repr(pictures) + repr(job.saved)
    assert all("authorization" not in {name.lower() for name in headers} for _, headers in server.downloads)


def test_image_5_goes_over_version_4(server, connect):
    [picture] = connect().generate(
        of("image5", negative="text", seed=7, size=Size(2688, 1536), params={"prompt_reasoner": "quality"}), Slip()
    )
    [seen] = server.requests
    assert (seen.path, seen.headers["x-model-version"]) == ("/v4/images/generate-async", "image5")
    assert seen.fields == {
        "prompt": "a fox",
        "numVariations": 1,
        "seeds": [7],
        "aspectRatio": "16:9",
        "resolutionLevel": "4MP",
        "modelSpecificPayload": {"prompt_reasoner": "quality"},
    }
    assert (picture.seed, picture.request_id, picture.unhonoured) == (7, NAME, ("negative",))


def test_references_are_uploaded_first(server, connect):
    edges = Guide(kind="structure", image=WEBP, scale=0.6)
    connect().generate(of(references=(BLOB,), guides=(edges,), params={"style_strength": 30}), Slip())
    connect().generate(of(guides=(Guide(kind="structure", image=BLOB),)), Slip())
    connect().generate(of("image5", references=(BLOB,)), Slip())
    assert [kind for kind, _ in server.uploads] == ["image/png", "image/webp", "image/png", "image/png"]
    assert server.uploads[0][1] == BLOB.data
    first, second, third = [seen.fields for seen in server.requests]
    source = {"source": {"uploadId": "00000000-0000-4000-8000-000000000001"}}
    assert first["style"] == {"imageReference": source, "strength": 30}
    assert first["structure"] == {"imageReference": {"source": {"uploadId": "00000000-0000-4000-8000-000000000002"}}, "strength": 60}
    assert second["structure"] == {"imageReference": {"source": {"uploadId": "00000000-0000-4000-8000-000000000003"}}}
    assert third["referenceBlobs"] == [{"source": {"uploadId": "00000000-0000-4000-8000-000000000004"}, "usage": "general"}]
    assert "aspectRatio" not in third


def test_an_upload_that_fails_has_bought_nothing(server, connect):
    server.uploads_fail.append("451")
    failure = failure_of(connect(), of(references=(BLOB,)), Slip())
    assert (type(failure), failure.message) == (
        Refused,
        "firefly refused the request for its content: The prompt is not allowed (prompt_unsafe)",
    )
    assert server.requests == []


# --- tokens


def test_one_token_serves_many_requests_and_a_refused_one_is_renewed_once(server, connect):
    provider = connect()
    provider.generate(FOX, Slip())
    provider.generate(FOX, Slip())
    assert len(server.tokens) == 1
    server.revoked.add(server.tokens[0])
    provider.generate(FOX, Slip())
    assert (len(server.tokens), len(server.accepted)) == (2, 3)
    server.fail_next("401", "401")
    failure = failure_of(provider, FOX, Slip())
    assert (type(failure), failure.hint, len(server.tokens)) == (Unauthorized, KEY_HINT, 3)
    assert failure.message == "firefly refuses the account or the key: Oauth token [redacted] is not valid (access_error)"


def test_a_token_is_renewed_before_it_ends(server):
    now = [0.0]
    settings = Settings((environment(server),))
    wire = Wire("firefly", settings)
    tokens = Tokens(settings, wire, clock=lambda: now[0])
    first = tokens.get()
    now[0] = 86_399 - EARLY - 1
    assert tokens.get() == first
    now[0] = 86_399 - EARLY + 1
    assert tokens.get() != first
    assert len(server.tokens) == 2
    wire.close()


@pytest.mark.parametrize(
    ("fails", "kind", "message"),
    [
        (
            (400, {"error": "invalid_client", "error_description": f"no {SECRET} here"}),
            Unauthorized,
            "Adobe's identity service refuses the client's id or secret: no [redacted] here (invalid_client)",
        ),
        ((503, {}), Unavailable, "Adobe's identity service gave no token: status 503"),
        ((200, {"expires_in": 5}), Unavailable, "Adobe's identity service gave no token: status 200"),
    ],
)
def test_no_token_no_request(server, connect, fails, kind, message):
    server.ims_fails.append(fails)
    failure = failure_of(connect(), FOX, Slip())
    assert (type(failure), failure.message) == (kind, message)
    assert server.requests == []


def test_missing_credentials(connect):
    failure = failure_of(connect(env={"FIREFLY_SERVICES_CLIENT_SECRET": ""}), FOX, Slip())
    assert (type(failure), failure.hint) == (Unauthorized, KEY_HINT)
    assert failure.message == 'there is no key for firefly: "FIREFLY_SERVICES_CLIENT_SECRET" is not set'
    failure = failure_of(connect(env={"FIREFLY_SERVICES_CLIENT_ID": ""}), FOX, Slip(handle={"id": NAME}))
    assert (type(failure), failure.message) == (
        Unknown,
        f'there is no key for firefly: "FIREFLY_SERVICES_CLIENT_ID" is not set; {ON}',
    )


# --- faults

ACCOUNT = "firefly refuses the account or the key"
REFUSED = {
    "400": (Refused, "firefly refused the request: The request is malformed (bad_request)", ""),
    "422": (Refused, "firefly refused the request: The size is not supported (validation_error)", ""),
}
LOST = {
    "408": (Unknown, "firefly may have accepted the request: status 408: Timed out (timeout_error)"),
}
ENDED = {
    "canceled": (BadAnswer, f'job "{NAME}" was cancelled at firefly: Ended (timeout_error)', USAGE),
}
PASSING = ("status-elsewhere", "status-plain-http", "status-port", "url-data", "url-flaky")


def test_every_fault_of_the_server_is_met_by_a_test():
    here = {*REFUSED, *LOST, *ENDED, "status-elsewhere", "status-plain-http", "status-port", "forever"}
    assert here | shown(FIREFLY_3) | set(URLS) == set(FAULTS)
    assert not here & shown(FIREFLY_3)


@pytest.mark.parametrize("fault", REFUSED)
def test_a_request_that_was_not_accepted(server, connect, fault):
    server.fail_next(fault)
    job = Slip()
    failure = failure_of(connect(), FOX, job)
    assert (type(failure), failure.message, failure.hint) == REFUSED[fault]
    assert (len(server.requests), len(server.accepted), job.saved) == (1, 0, [])


@pytest.mark.parametrize("fault", LOST)
def test_a_submit_whose_answer_holds_no_id_is_never_sent_again(server, connect, fault):
    server.fail_next(fault)
    job = Slip()
    failure = failure_of(connect(read_timeout=1), FOX, job)
    assert (type(failure), failure.message) == LOST[fault]
    assert (len(server.requests), len(server.accepted), job.saved) == (1, 1, [])


@pytest.mark.parametrize("fault", ENDED)
@pytest.mark.parametrize("model", ["image4_standard", "image5"])
def test_a_job_without_pictures(server, connect, fault, model):
    server.fail_next(fault)
    job = Slip()
    failure = failure_of(connect(), of(model), job)
    assert (type(failure), failure.message, failure.hint) == ENDED[fault]
    assert "SIGNED" not in failure.message + failure.hint
    assert (len(server.accepted), len(job.saved)) == (1, 1)


@pytest.mark.parametrize("fault", PASSING)
def test_trouble_in_passing_costs_no_second_submit(server, connect, fault):
    server.fail_next(fault)
    assert len(connect().generate(of(count=2), Slip())) == 2
    assert len(server.accepted) == 1
    assert set(server.reads) == {f"/v3/status/{NAME}"}


def test_the_wait_that_the_provider_asks_for(server, connect):
    server.fail_next("429", "429-bare", "503")
    provider = connect()
    assert 50 < failure_of(provider, FOX, Slip()).after <= 60
    assert [failure_of(provider, FOX, Slip()).after for _ in range(2)] == [None, 3.0]


def test_connections_that_break(server, connect):
    provider = connect()
    provider.generate(FOX, Slip())
    server.fail_next("drop-before")
    failure = failure_of(provider, FOX, Slip())
    assert (type(failure), failure.message) == (Unknown, f"{LATE} (ReadError)")
    failure = failure_of(connect(env={"FIREFLY_BASE_URL": "http://nowhere.invalid"}), FOX, Slip())
    assert (type(failure), failure.message) == (Unavailable, 'firefly could not be reached at "nowhere.invalid" (ConnectError)')


def test_an_expired_url_makes_the_job_be_read_again_once(server, connect):
    server.fail_next("stale-403")
    assert connect().generate(FOX, Slip())[0].data.startswith(b"\x89PNG")
    assert (len(server.accepted), len(server.reads), len(server.downloads)) == (1, 3, 2)


# --- crashes, interruptions, addresses


def test_a_saved_job_is_resumed_by_a_new_process_with_a_new_token(server, connect):
    server.fail_next("forever")
    stopped = Slip(patience=3)
    failure = failure_of(connect(), FOX, stopped)
    assert (type(failure), failure.message) == (Unavailable, f"stopped: {ON}")
    server.jobs[NAME]["fault"] = ""
    [picture] = connect().generate(FOX, Slip(handle=stopped.saved[0]))
    assert (picture.request_id, len(server.accepted), len(server.tokens)) == (NAME, 1, 2)


def test_a_job_can_be_cancelled(server, connect):
    server.fail_next("forever")
    stopped = Slip(patience=2)
    provider = connect()
    failure_of(provider, FOX, stopped)
    assert provider.cancel(stopped.saved[0])
    assert not provider.cancel({"id": "urn:ff:jobs:9"})
    assert server.cancelled == [NAME]


API = "https://firefly-api.adobe.io"


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://firefly-epo855230.adobe.io/v3/status/j1?sig=x", "https://firefly-epo855230.adobe.io/v3/status/j1"),
        (f"{API}/v3/status/j1", f"{API}/v3/status/j1"),
        ("https://evil.example/v3/status/j1", f"{API}/v3/status/j1"),
        ("https://adobe.io.evil.example/v3/status/j1", f"{API}/v3/status/j1"),
        ("https://evil.example@x.adobe.io/v3/status/j1", f"{API}/v3/status/j1"),
        ("https://x.adobe.io:8443/v3/status/j1", f"{API}/v3/status/j1"),
        ("http://x.adobe.io/v3/status/j1", f"{API}/v3/status/j1"),
        ("http://169.254.169.254/v3/status/j1", f"{API}/v3/status/j1"),
        (None, f"{API}/v3/status/j1"),
    ],
)
def test_a_token_goes_to_adobe_or_to_the_configured_server_only(url, asked):

    got = answer.Answer(status=202, headers={}, body=json.dumps({"jobId": "j1", "statusUrl": url}).encode())
    saved = answer.handle(got, API)
    assert "sig" not in repr(saved)
    assert answer.status_url(saved, API) == asked
    forged = {"id": "j1", "host": "evil.example", "path": "/v3/status/j1"}
    assert answer.status_url(forged, API) == f"{API}/v3/status/j1"


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://firefly-epo855230.adobe.io/v3/stop/j1?sig=x", "https://firefly-epo855230.adobe.io/v3/stop/j1"),
        ("https://evil.example/v3/stop/j1", f"{API}/v3/cancel/j1"),
        ("http://x.adobe.io/v3/stop/j1", f"{API}/v3/cancel/j1"),
        ("https://x.adobe.io:8443/v3/stop/j1", f"{API}/v3/cancel/j1"),
        (None, f"{API}/v3/cancel/j1"),
    ],
)
@pytest.mark.parametrize("version", [3, 4])
def test_a_job_is_cancelled_where_the_answer_said_if_that_is_adobe(url, asked, version):
    status = f"{API}/v3/status/j1"
    links = {"links": {"result": {"href": status}, "cancel": {"href": url}}}
    table = {"jobId": "j1", "statusUrl": status, "cancelUrl": url} if version == 3 else links
    saved = answer.handle(answer.Answer(status=202, headers={}, body=json.dumps(table).encode()), API)
    assert "sig" not in repr(saved)
    assert answer.cancel_url(saved, API) == asked
    # A handle of an earlier version, and one that somebody wrote.
    assert answer.cancel_url({"id": "j1", "host": "x.adobe.io", "path": "/v3/status/j1"}, API) == "https://x.adobe.io/v3/cancel/j1"
    forged = {"id": "j1", "cancel_host": "evil.example", "cancel_path": "/v3/stop/j1"}
    assert answer.cancel_url(forged, API) == f"{API}/v3/cancel/j1"


# --- check


@pytest.mark.parametrize(
    ("request_", "message", "hint"),
    [
        (of(prompt=""), 'model "firefly" needs a prompt', 'prompt = "…"'),
        (of(prompt="x" * 1030), 'the prompt has 1030 characters, and model "firefly" takes 1024', "shorten it by 6 characters"),
        (of(negative="x" * 1030), 'the negative prompt has 1030 characters, and model "firefly" takes 1024', "shorten it by 6 characters"),
        (of(seed=-1), 'model "firefly" takes no seed -1', "a whole number from 0 to 2147483647"),
        (of("image5", count=2), 'model "firefly" makes at most 1 in one request, and 2 are asked for', ""),
        (of(mask=BLOB), 'model "firefly" takes no mask', 'remove "mask"'),
        (of(size=Size(1024, 1024)), '"firefly" does not offer the size "1024x1024"', None),
        (of(params={"visualIntensity": 11}), '"visualIntensity" can\'t be 11', "2 to 10"),
        (of("image4_custom"), 'model "firefly" needs the id of a model that you trained', 'params = { custom_model_id = "…" }'),
        (of(params={"style_strength": 5}), '"style_strength" needs a reference or presets for the style', 'style_presets = ["…"]'),
        (of("image5", size=Size(1024, 1024), references=(BLOB,)), None, 'remove "size"'),
        (
            of("image5", size=Size(1024, 1024), params={"resolutionLevel": "4MP"}),
            'the size "1024x1024" is drawn at "1MP", not at "4MP"',
            'remove "resolution_level" from params',
        ),
    ],
)
def test_check_refuses(request_, message, hint):
    with pytest.raises(Impossible) as caught:
        create(Settings(), None).check(request_)
    assert caught.value.message == (message or 'model "firefly" takes no size with a reference, whose shape the picture gets')
    assert caught.value.hint == hint or hint is None


def test_the_catalog_and_the_provider_agree():
    catalog = parse(SOURCES)
    served = {name: model for name, model in catalog.models.items() if "firefly" in model.services}
    assert {model.services["firefly"].id for model in served.values()} == {name for name, known in FAMILIES.items() if not known.custom}
    for model in served.values():
        service = model.services["firefly"]
        known = FAMILIES[service.id]
        assert {service.names.get(name, name) for name in model.params} == set(known.params)
        assert set(model.sizes.sizes) == set(known.sizes)
        assert (model.prompt_limit, service.max_count, model.supports.references) == (known.prompt, known.count, known.references)
    provider = create(Settings(), None)
    assert (provider.traits.per_minute, provider.traits.resumable, provider.max_count("image3"), provider.max_count("x")) == (4, True, 4, 1)


# --- the published description


def judged(request):
    uploads = [f"00000000-0000-4000-8000-{number:012d}" for number in range(len(pictures(request)))]
    made = submit(request, uploads)
    description = Description("firefly.json")
    operation = description.document["paths"][made.path]["post"]
    versions = next(one["schema"]["enum"] for one in operation["parameters"] if one["name"] == "x-model-version")
    assert made.model in versions
    description.judge(description.body_of(made.path, "application/json"), made.body)


ANY = {
    "contentClass": ["photo", "art"],
    "visualIntensity": [2, 10],
    "promptBiasingLocaleCode": ["en-US"],
    "style_presets": [["watercolor"], ["a", "b"]],
    "style_strength": [1, 100],
    "customModelId": ["urn:model"],
    "upsamplerType": ["default", "low_creativity"],
    "resolutionLevel": ["1MP", "2.4MP", "4MP"],
    "localeCode": ["en-US"],
    "prompt_reasoner": ["quality", "speed"],
}


@st.composite
def requests(draw_):
    name = draw_(st.sampled_from(sorted(FAMILIES)))
    known = FAMILIES[name]
    chosen = draw_(st.sets(st.sampled_from(sorted(known.params)), max_size=4)) | ({"customModelId"} if known.custom else set())
    return of(
        name,
        prompt=draw_(st.text(min_size=1, max_size=20)),
        negative=draw_(st.text(max_size=5)),
        seed=draw_(st.none() | st.integers(0, 2**31 - 1)),
        size=draw_(st.none() | st.sampled_from(sorted(known.sizes, key=str))),
        count=draw_(st.integers(1, known.count)),
        params={param: draw_(st.sampled_from(ANY[param])) for param in sorted(chosen)},
        references=(BLOB,) * draw_(st.integers(0, known.references)),
        guides=draw_(st.sampled_from([(), *SHOWN]) if known.guided else st.just(())),
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
    [of(params={"steps": 3}), of(count=5), of("image5", params={"resolutionLevel": "8MP"}), of("image9"), of(params={"contentClass": "x"})],
)
def test_the_description_refuses_what_is_wrong(wrong):
    with pytest.raises((jsonschema.ValidationError, AssertionError)):
        judged(wrong)


@needed
def test_the_servers_answers_are_those_of_the_description(server, connect):

    connect().generate(FOX, Slip())
    asking = urllib.request.Request(f"{server.base_url}/v3/status/{NAME}")
    asking.add_header("Authorization", f"Bearer {server.tokens[0]}")
    asking.add_header("x-api-key", ID)
    with urllib.request.urlopen(asking) as got:
        told = json.load(got)
    description = Description("firefly.json")
    description.judge(description.answer_of("/v3/status/{jobId}", "200"), told, closed=False)
    assert told["status"] == "succeeded"
