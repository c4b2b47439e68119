"""Other servers of a provider: whose variables are read, and under which name things are told. The rest is in test_openai_compatible.py."""

import pytest

from assetgen.errors import Impossible, Refused, Unauthorized, UsageError
from assetgen.net import Http
from assetgen.plugins import Providers
from assetgen.providers import Request, comfyui, fal, firefly, ideogram, kind_of, openai, owner_of, replicate, stability
from assetgen.providers.absent import Absent
from assetgen.providers.aliases import Renamed
from assetgen.settings import Settings
from tests.servers import serve_fal
from tests.servers.clients import Slip, failure_of
from tests.servers.fal import FAL_KEY
from tests.servers.recorder import serve_recorder

FOX = Request(model="flux", id="fal-ai/flux/dev", prompt="a fox")


def renamed(variables, tables=None, name="openai:my-own"):
    return Renamed(Settings((variables,), {"providers": tables or {}}), "openai", name, "OPENAI_BASE_URL")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("openai", "openai"), ("openai:localai", "openai"), ("a:b_c-1", "a"), ("a:", "a:"), ("a:B", "a:B"), ("a:b:c", "a:b:c"), (":b", ":b")],
)
def test_the_kind_stands_in_the_name(name, kind):
    assert kind_of(name) == kind


def test_a_variable_is_that_of_the_server_and_others_are_what_they_are():
    found = renamed({"OPENAI_API_KEY": "one", "MY_OWN_API_KEY": "two", "MY_OWN_BASE_URL": "http://x", "ASSETGEN_PROXY": "http://p"})
    assert (found.get("OPENAI_API_KEY"), found.get("OPENAI_BASE_URL"), found.get("ASSETGEN_PROXY")) == ("two", "http://x", "http://p")
    assert (found.get("OPENAI_ORG_ID"), found.get("OPENAI_ORG_ID", "none")) == (None, "none")


def test_nothing_is_read_before_the_user_has_named_the_server():
    variables = {"MY_OWN_API_KEY": "two", "OPENAI_API_KEY": "one"}
    assert (renamed(variables).declared, renamed(variables).get("OPENAI_API_KEY")) == (False, None)
    by_table = renamed(variables, {"openai:my-own": {"base_url": "http://x"}, "openai": {"base_url": "http://y"}})
    assert (by_table.declared, by_table.get("OPENAI_API_KEY"), by_table.provider("openai")) == (True, "two", {"base_url": "http://x"})
    assert by_table.provider("fal") == {}


def test_the_words_of_a_hint_are_those_of_the_server():
    found = renamed({})
    assert found.variables("OPENAI_API_KEY=… or OPENAI_BASE_URL") == "MY_OWN_API_KEY=… or MY_OWN_BASE_URL"
    assert found.variables("MYOPENAI_API_KEY, openai_api_key, OPENAI_") == "MYOPENAI_API_KEY, openai_api_key, OPENAI_"


def test_another_server_of_a_provider_with_jobs():
    with serve_fal() as server:
        http = Http()
        providers = Providers(Settings(({"OTHER_QUEUE_URL": server.base_url, "OTHER_KEY": FAL_KEY, "FAL_KEY": "not-this-one"},)), http)
        other = providers["fal:other"]
        assert (other.name, other.traits.keys, other.traits.url, other.traits.resumable) == (
            "fal:other",
            ("OTHER_KEY",),
            "OTHER_QUEUE_URL",
            True,
        )
        other.check(FOX)
        with pytest.raises(Impossible, match="is no app of fal"):
            other.check(Request(model="flux", prompt="a fox"))
        job = Slip()
        [picture] = other.generate(FOX, job)
        assert picture.data.startswith(b"\x89PNG")
        # What a provider has beside the contract is there too.
        assert (other.max_count("fal-ai/flux/dev"), other.cancel(job.handle)) == (4, True)
        server.fail_next("401")
        failure = failure_of(other, FOX, Slip())
        assert (type(failure), failure.message.partition(" ")[0], failure.hint.partition("=")[0]) == (
            Unauthorized,
            "fal:other",
            "OTHER_KEY",
        )
        assert str(failure) == failure.message
        providers.close()
        http.close()


def test_a_failure_without_the_providers_name_gets_it():
    providers = Providers(Settings(({"X_BASE_URL": "ftp://nowhere", "X_API_KEY": "key"},)), Http())
    failure = failure_of(providers["openai:x"], FOX, Slip())
    assert (type(failure), failure.message) == (Refused, "openai:x: the base URL for openai is no http address")
    assert failure.hint == "X_BASE_URL=https://host/v1"


def test_names_that_nobody_has():
    providers = Providers(Settings(), Http())
    for name in ("nobody", "nobody:x"):
        with pytest.raises(KeyError):
            providers[name]
        assert name not in providers
    with pytest.raises(Impossible, match="has no base URL"):
        providers.made("sketch:x")
    # Asked for again, it is said again, and never handed out as if it were one.
    assert isinstance(providers["sketch:x"], Absent)
    with pytest.raises(Impossible, match="has no base URL"):
        providers.made("sketch:x")


def test_a_server_that_would_get_the_keys_of_a_provider_is_none():
    providers = Providers(Settings(({"STABILITY_API_KEY": "key", "STABILITY_BASE_URL": "http://x"}, {"FAL_BASE_URL": "http://x"})), Http())
    for name, owner in [("openai:stability", "stability"), ("openai:openai", "openai"), ("comfyui:fal", "fal")]:
        with pytest.raises(Impossible) as caught:
            providers.made(name)
        kind = name.partition(":")[0]
        assert caught.value.message == f'"{name}" would be sent the keys of the provider "{owner}"'
        assert caught.value.hint == f'"{kind}:my-{owner}"'
        assert isinstance(providers[name], Absent)


@pytest.mark.parametrize(("word", "owner"), [("a", None), ("fal", "fal"), ("my-own", "my_own"), ("my_own", "my_own"), ("fals", None)])
def test_the_owner_of_a_word(word, owner):
    assert owner_of(word, ["fal", "my_own"]) == owner


def test_what_stands_in_for_a_broken_provider_refuses_everything():
    absent = Absent("broken", UsageError("it is broken", hint="mend it"))
    with pytest.raises(Impossible, match="it is broken"):
        absent.check(FOX)
    failure = failure_of(absent, FOX)
    assert (type(failure), failure.message, failure.hint) == (Unauthorized, "it is broken", "mend it")
    # Without an answer nobody knows what became of its jobs: they are kept.
    assert absent.traits.resumable


HOSTED = {
    fal: FOX,
    firefly: Request(model="firefly-image4", id="image4_standard", prompt="a fox"),
    ideogram: Request(model="ideogram-3", id="ideogram-3", prompt="a fox"),
    openai: Request(model="gpt-image-2", prompt="a fox"),
    replicate: Request(model="flux", id="black-forest-labs/flux-dev", prompt="a fox"),
    stability: Request(model="sd3.5-large", id="sd3.5-large", prompt="a fox"),
}


@pytest.mark.parametrize("vendor", HOSTED, ids=lambda vendor: vendor.__name__.rpartition(".")[2])
def test_the_keys_that_traits_name_are_those_that_are_asked_for(vendor):
    """One after the other: with those before it set, the next one is the one that is missing."""
    keys = vendor.create(Settings(), Http()).traits.keys
    assert keys
    for number, missing in enumerate(keys):
        settings = Settings((dict.fromkeys(keys[:number], "key-0123456789"),))
        failure = failure_of(vendor.create(settings, Http()), HOSTED[vendor], Slip())
        assert (type(failure), f'"{missing}" is not set' in failure.message) == (Unauthorized, True)


@pytest.mark.parametrize("vendor", [*HOSTED, comfyui], ids=lambda vendor: vendor.__name__.rpartition(".")[2])
def test_the_base_url_that_traits_name_is_the_one_that_is_read(vendor):
    traits = vendor.create(Settings(), Http()).traits
    # Firefly asks another server for its token first, which has a variable of its own.
    with serve_recorder() as tokens:
        variables = {**dict.fromkeys(traits.keys, "key-0123456789"), traits.url: "ftp://nowhere", "FIREFLY_IMS_URL": tokens.root}
        provider = vendor.create(Settings((variables,)), Http())
        with pytest.raises(Refused, match="is no http address"):
            provider.cancel({"id": "1"}) if vendor is comfyui else provider.generate(HOSTED[vendor], Slip())
