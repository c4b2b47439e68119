"""LocalAI, LiteLLM, vLLM and their like, which are almost OpenAI: one or several, through the real SDK and the real command."""

import json
import tomllib

import pytest

from assetgen.errors import BadAnswer, Refused, Unauthorized, Unavailable, Unknown
from assetgen.model import Size
from assetgen.providers import Request
from tests.servers import KEY, serve_openai
from tests.servers.clients import failure_of, openai_clients
from tests.servers.compatible import DIALECTS, serve_compatible

SD = Request(model="local-sd", id="stablediffusion", prompt="a fox", size=Size(64, 64), params={"step": 20})
OWN_KEY = "sk-litellm-0123456789"
MANIFEST = """\
version = 1

[models.local-sd]
provider = "openai:localai"
id = { "openai:localai" = "stablediffusion" }
price = { "openai:localai" = 0 }
sizes = { multiple = 8, max_side = 1024 }

[assets.local]
prompt = "a fox"
model = "local-sd"
size = "64x64"
params = { step = 20 }

[assets.gate]
prompt = "a lighthouse"
model = "gpt-image-2"
size = "1024x1024"
via = ["openai:litellm", "openai"]

[assets.own]
prompt = "a lake"
model = "gpt-image-2"
size = "1024x1024"
"""


@pytest.fixture
def connect():
    with openai_clients() as connecting:
        yield connecting


@pytest.mark.parametrize("dialect", DIALECTS)
def test_any_model_without_a_key_and_without_what_openai_tells(connect, dialect):
    with serve_compatible(dialect) as server:
        provider = connect("", key="", base_url=server.base_url)
        [picture] = provider.generate(SD, None)
        [seen] = server.requests
    assert picture.data.startswith(b"\x89PNG")
    assert (picture.usage, picture.model, picture.request_id, picture.effective, picture.revised_prompt) == (None, None, None, {}, None)
    assert seen.fields == {"model": "stablediffusion", "prompt": "a fox", "n": 1, "size": "64x64", "step": 20}
    assert seen.headers["authorization"] == "Bearer none"
    assert (provider.traits.keys, provider.traits.url) == ((), "OPENAI_BASE_URL")
    # A URL at the address that the user configured may be plain http.
    assert len(server.downloads) == (1 if dialect == "localai" else 0)


def test_the_form_of_the_answer_is_for_the_user_to_ask_for(connect):
    with serve_compatible() as server:
        asked = Request(model="stablediffusion", prompt="a fox", params={"response_format": "b64_json"})
        [picture] = connect(server.base_url, key="").generate(asked, None)
    assert (server.requests[0].fields["response_format"], server.downloads) == ("b64_json", [])
    assert picture.data.startswith(b"\x89PNG")


def test_a_picture_at_another_address_is_not_fetched(connect):
    with serve_compatible() as server:
        server.fail_next("away")
        failure = failure_of(connect(server.base_url, key="", result_hosts=["10.1.2.3"]), SD)
    assert (type(failure), failure.message) == (BadAnswer, 'a result URL at "10.1.2.3" is not https')


REFUSALS = {
    "localai": (Refused, "openai refused the request: Model `nothing` does not exist"),
    "litellm": (Refused, "openai refused the request: Model `nothing` does not exist (404)"),
    "fastapi": (Refused, "openai refused the request: Model `nothing` does not exist"),
    "plain": (Refused, "openai refused the request: Model `nothing` does not exist"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_words_of_an_error_are_found_in_every_form(connect, dialect):
    with serve_compatible(dialect) as server:
        failure = failure_of(connect(server.base_url, key=""), Request(model="nothing", prompt="a fox"))
        assert (type(failure), failure.message) == REFUSALS[dialect]
        server.fail_next("busy", "broken")
        provider = connect(server.base_url, key="")
        assert [type(failure_of(provider, SD)) for _ in range(2)] == [Unavailable, Unknown]
        assert len(server.accepted) == 0


def test_a_field_that_is_refused_is_named(connect):
    with serve_compatible("fastapi") as server:
        server.fail_next("invalid")
        failure = failure_of(connect(server.base_url), SD)
    assert (type(failure), failure.message) == (Refused, "openai refused the request: steps: Input should be a valid integer")


def test_a_server_that_wants_a_key_says_so(connect):
    with serve_compatible("litellm", key=OWN_KEY) as server:
        failure = failure_of(connect(server.base_url, key=""), SD)
        assert type(failure) is Unauthorized
        assert failure.message.endswith("Authentication Error, invalid key Bearer none (401)")
        assert failure.hint.startswith("OPENAI_API_KEY=…")
        connect(server.base_url, key=OWN_KEY).generate(SD, None)


# --- several at once, through the command


@pytest.fixture
def three(project):
    """OpenAI and two others, each with a key of its own or none, in the environment."""
    project.write("assetgen.toml", MANIFEST)
    with serve_openai() as openai, serve_compatible("litellm", key=OWN_KEY) as litellm, serve_compatible() as localai:
        project.env |= {
            "OPENAI_BASE_URL": openai.base_url,
            "OPENAI_API_KEY": KEY,
            "OPENAI_ORG_ID": "org-openai",
            "OPENAI_CUSTOM_HEADERS": "X-Gate: openai",
            "LITELLM_BASE_URL": litellm.base_url,
            "LITELLM_API_KEY": OWN_KEY,
            "LITELLM_CUSTOM_HEADERS": "X-Gate: litellm",
            "LOCALAI_BASE_URL": localai.base_url,
        }
        yield openai, litellm, localai


def providers_of(project):
    lock = tomllib.loads((project.path / "assetgen.lock").read_text())
    return {name: block["original"]["provider"] for name, block in lock["assets"].items()}


def sent(server, *names):
    return [tuple(seen.headers.get(name) for name in names) for seen in server.requests]


def test_three_servers_each_get_their_own_requests_and_nothing_of_the_others(project, three):
    openai, litellm, localai = three
    project("build", "--yes")
    assert providers_of(project) == {"local": "openai:localai", "gate": "openai:litellm", "own": "openai"}
    names = ("authorization", "openai-organization", "x-gate")
    assert sent(openai, *names) == [(f"Bearer {KEY}", "org-openai", "openai")]
    assert sent(litellm, *names) == [(f"Bearer {OWN_KEY}", None, "litellm")]
    assert sent(localai, *names) == [("Bearer none", None, None)]
    # What is fresh is fresh for everybody, also where nobody has heard of these servers.
    for name in list(project.env):
        if name.startswith(("OPENAI_", "LITELLM_", "LOCALAI_")):
            del project.env[name]
    project("check")


def test_the_next_of_via_is_asked_where_a_server_is_away_or_unknown(project, three):
    openai, litellm, _ = three
    project("build", "--yes", "gate", LITELLM_API_KEY="wrong-key-0123456789")
    assert providers_of(project) == {"gate": "openai"}
    assert (len(openai.accepted), len(litellm.accepted)) == (1, 0)


def test_a_server_that_the_user_never_named_is_sent_nothing_and_no_key_is_read(project, three):
    _, _, localai = three
    project.env |= {"LOCALAI_BASE_URL": "", "LOCALAI_API_KEY": "sk-of-something-else"}
    told = project("build", "--yes", "local", code=1)
    assert 'no base URL is set for "openai:localai"' in told.stdout + told.stderr
    assert "hint: LOCALAI_BASE_URL=https://host" in told.stdout + told.stderr
    assert localai.requests == []


def test_messages_are_told_under_the_name_and_with_the_variables_of_the_server(project, three):
    _, litellm, _ = three
    project.write("assetgen.toml", MANIFEST.replace('via = ["openai:litellm", "openai"]', 'provider = "openai:litellm"'))
    told = project("build", "--yes", "gate", code=1, LITELLM_API_KEY="wrong-key-0123456789")
    said = told.stdout + told.stderr
    assert "openai:litellm refuses the account or the key: Authentication Error, invalid key Bearer [redacted] (401)" in said
    assert "hint: LITELLM_API_KEY=…" in said
    assert len(litellm.requests) == 1


def test_a_table_of_the_configuration_is_enough_and_is_listed(project, three):
    _, _, localai = three
    own = f'[providers."openai:localai"]\nbase_url = "{localai.base_url}"\nconcurrency = 1\nprice = 0\n'
    config = own + '\n[providers."sketch:x"]\nconcurrency = 1\n'
    project.env |= {"LOCALAI_BASE_URL": "", "ASSETGEN_CONFIG": str(project.write("../config.toml", config))}
    listed = {each["name"]: each for each in json.loads(project("providers", "--json").stdout)["providers"]}
    assert {name: listed["openai:localai"][name] for name in ("key", "base_url", "traits")} == {
        "key": "not needed",
        "base_url": "user configuration",
        "traits": ["1 request at once"],
    }
    assert listed["openai"]["key"] == "yes, OPENAI_API_KEY"
    assert listed["openai"]["base_url"] == "OPENAI_BASE_URL of the environment"
    assert listed["sketch:x"]["error"] == 'the provider "sketch" has no base URL, so that there is no other server of it'
    project("build", "local")
    assert len(localai.accepted) == 1


WORD = 'after "openai:" comes a word of a-z, 0-9, "-" and "_" that begins with a letter or a digit'


@pytest.mark.parametrize(
    ("provider", "message", "hint"),
    [
        ("opnai:localai", 'unknown provider "opnai:localai"', 'did you mean "openai"?'),
        ("openai:Local AI", f'"openai:Local AI" is no name of a server: {WORD}', '"openai:local-ai"'),
        ("openai:", f'"openai:" is no name of a server: {WORD}', '"openai:my-server"'),
        ("openai:Stability", f'"openai:Stability" is no name of a server: {WORD}', '"openai:my-stability"'),
        ("openai:stability", '"openai:stability" would be sent the keys of the provider "stability"', '"openai:my-stability"'),
        ("openai:openai", '"openai:openai" would be sent the keys of the provider "openai"', '"openai:my-openai"'),
        ("file", '"file" draws nothing from a prompt', 'file = "art/hero.png", without a provider'),
    ],
)
def test_a_name_that_is_none(project, provider, message, hint):
    project.write("assetgen.toml", f'version = 1\n[assets.a]\nprompt = "a fox"\nmodel = "m"\nprovider = "{provider}"\n')
    told = project("plan", code=2).stderr
    assert f"assets.a.provider: {message}" in told
    assert hint in told


def test_what_has_no_server_has_no_other_one(project):
    project.write("assetgen.toml", 'version = 1\n[assets.a]\nprompt = "a fox"\nmodel = "sketch"\nprovider = "sketch:x"\n')
    told = project("plan").stdout
    assert 'sketch:x: the provider "sketch" has no base URL, so that there is no other server of it' in told
    assert 'hint: provider = "sketch"' in told
