"""Decisions about jobs: which of several is meant, by its id, or through the versions of an asset; and what a wrong id costs."""

import json
from dataclasses import replace

import pytest

from assetgen.engine import jobs
from assetgen.errors import UsageError
from assetgen.journal import Journal
from assetgen.plan.states import JobState, OpenJob
from tests.projects import HERO, results
from tests.servers import KEY, serve_openai, serve_replicate

EDITED = HERO + 'edits = ["a darker sky", "a moon"]\n'
FLUX = '[assets.hero]\nprompt = "a fox"\nmodel = "flux-dev"\nvia = ["replicate"]\nsize = "1024x1024"\n'


@pytest.fixture(autouse=True)
def keyless(shop, monkeypatch):
    """These commands read the process's own environment; none of them needs a key."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return shop


def lost(shop, *names):
    """One more request whose outcome is unknown."""
    shop.server.fail_next("502")
    shop.build(*names)


def states(shop):
    return sorted(row.state.value for row in shop.rows)


def resolve(shop, name, word):
    return jobs.resolve(shop.path, name, adopt=None, retry=word == "retry", abandon=word == "abandon").line


def refused(action, *words, **more):
    with pytest.raises(UsageError) as caught:
        action(*words, **more)
    return caught.value.message, caught.value.hint


@pytest.fixture
def two(shop):
    """An asset with two jobs that nobody knows the end of: the one it asks for now, and an older one."""
    lost(shop.write(HERO))
    shop.edit("a red fox", "a blue fox")
    lost(shop)
    rows = {row.request["prompt"]: row for row in shop.rows}
    assert rows.keys() == {"a red fox", "a blue fox"}
    return rows["a red fox"], rows["a blue fox"]


def test_a_job_is_named_by_its_id(shop, two):
    older, newer = two
    assert resolve(shop, older.id, "retry") == "hero: the next build sends the request again"
    assert [row.id for row in shop.rows] == [newer.id]


def test_what_was_given_up_is_not_in_the_way_of_an_older_job(shop, two):
    older, newer = two
    given_up = "hero: given up; `assetgen build --regenerate hero` asks again"
    assert resolve(shop, "hero", "abandon") == given_up
    assert {row.id: row.state.value for row in shop.rows} == {newer.id: "abandoned", older.id: "unknown"}
    assert resolve(shop, "hero", "abandon") == given_up
    assert states(shop) == ["abandoned", "abandoned"]
    for name in ("hero", older.id):
        assert refused(resolve, shop, name, "abandon") == (
            f'"{name}" has no open job that was not given up',
            "assetgen build --regenerate hero",
        )


def test_an_unknown_outcome_goes_before_what_was_given_up(shop, two):
    _, newer = two
    resolve(shop, "hero", "abandon")
    assert resolve(shop, "hero", "retry") == "hero: the next build sends the request again"
    assert [row.id for row in shop.rows] == [newer.id]
    assert resolve(shop, newer.id, "retry") == "hero: the next build sends the request again"
    assert (shop.rows, shop.state()) == ((), "generate new")


def test_a_job_that_is_known_by_its_id_tells_the_present_name_of_its_asset(shop):
    lost(shop.write(HERO))
    shop.edit("[assets.hero]", "[assets.fox]")
    assert resolve(shop, shop.rows[0].id, "abandon") == "fox: given up; `assetgen build --regenerate fox` asks again"


def test_a_job_of_another_project_is_decided_about_there(shop, git):
    git(shop.path)
    lost(shop.write(HERO))
    other = replace(shop, path=shop.path / "sub", told=[])
    other.write('[assets.owl]\nprompt = "an owl"\n')
    [row] = shop.rows
    assert refused(resolve, other, row.id, "abandon") == (f'job "{row.id}" is one of the project "{row.project}"', "assetgen jobs --all")
    other.write('[assets.owl]\nprompt = "a red fox"\n')
    assert resolve(other, row.id, "retry") == "owl: the next build sends the request again"
    assert shop.rows == ()


def test_an_id_that_no_job_has(shop):
    shop.write(HERO)
    assert refused(resolve, shop, "0123456789abcdef", "retry") == ('"0123456789abcdef" has no open job', "assetgen jobs")
    assert refused(jobs.cancel, shop.path, "0123456789abcdef") == ('"0123456789abcdef" has no job at a provider', "assetgen jobs")


def test_the_document_names_the_asset_of_an_id(project):
    with serve_openai() as server:
        project.env |= {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY}
        project.write("assetgen.toml", 'version = 1\n[assets.fox]\nprompt = "a fox"\nmodel = "gpt-image-2"\nsize = "1024x1024"\n')
        server.fail_next("502")
        project("build", "-y", code=1)
        [listed] = json.loads(project("jobs", "--json").stdout)["jobs"]
        told = json.loads(project("jobs", "resolve", listed["id"], "--abandon", "--json").stdout)
        assert [asset["name"] for asset in told["assets"]] == ["fox"]
        assert told["lines"] == ["fox: given up; `assetgen build --regenerate fox` asks again"]


# --- assets with edits


def test_the_job_of_an_edited_asset_is_that_of_its_version(shop):
    lost(shop.write(EDITED))
    assert resolve(shop, "hero", "retry") == "hero~0: the next build sends the request again"
    assert shop.rows == ()


def test_the_job_that_was_sent_before_there_were_edits_is_found_once(shop):
    lost(shop.write(HERO))
    shop.write(EDITED)
    assert resolve(shop, "hero", "retry") == "hero~0: the next build sends the request again"
    assert refused(resolve, shop, "hero", "retry") == ('"hero" has no open job', "assetgen jobs")


def test_jobs_of_several_versions_are_named(shop):
    lost(shop.write(EDITED), "hero~0")
    resolve(shop, "hero~0", "abandon")
    shop.build("hero~0", regenerate=("hero~0",))
    lost(shop, "hero~1")
    shop.edit("a red fox", "a blue fox")
    lost(shop, "hero~0")
    assert {row.asset for row in shop.rows} == {"hero~0", "hero~1"}
    several = ('"hero" has jobs of more than one version', "name one of them: hero~0, hero~1")
    assert refused(resolve, shop, "hero", "retry") == several
    resolve(shop, "hero~1", "retry")
    assert resolve(shop, "hero", "retry") == "hero~0: the next build sends the request again"


def test_where_an_asset_has_several_jobs_the_hint_names_them_by_id(shop, two):
    process = shop.spawn("-m", "assetgen", "jobs")
    told = process.communicate(timeout=60)[1]
    assert [line.partition("then: ")[2] for line in told.splitlines() if line.startswith("hint")] == [
        f"assetgen jobs resolve {row.id} --adopt ID | --retry | --abandon" for row in shop.rows
    ]


@pytest.fixture
def held(shop, tmp_path):
    """A project that asks Replicate; the first job fails after it was accepted."""
    config = tmp_path / "config.toml"
    config.write_text("[providers.replicate]\npoll_interval = 0.01\nrequests_per_minute = 60000\n")
    with serve_replicate() as server:
        shop.environ = server.environ | {"ASSETGEN_CONFIG": str(config)}
        shop.write(FLUX, head="version = 1\n")
        server.fail_next("failed")
        assert results(shop.build()) == {"hero": "failed"}
        yield server


def test_a_wrong_id_spends_nothing_and_keeps_what_is_known_of_the_job(shop, held):
    [before] = shop.rows
    ledger = shop.ledger
    jobs.resolve(shop.path, "hero", adopt="zzz", retry=False, abandon=False)
    outcome = shop.build()
    [row] = shop.rows
    assert (outcome.spent, shop.ledger, row.state, len(held.accepted)) == (0, ledger, JobState.SPOILED, 1)
    message = outcome.results["hero"].message
    assert (message, row.detail) == ('replicate does not know the job "zzz" any more', f"{message} (before: {before.detail})")
    assert outcome.results["hero"].cost in (None, 0)


def test_a_job_that_is_at_a_provider_is_cancelled_by_its_id_and_through_its_asset(shop, held):
    [row] = shop.rows
    journal = Journal(shop.home)
    for name in (row.id, "hero"):
        journal.submitted(row, row.handle)
        assert shop.rows[0].state is JobState.SUBMITTED
        with pytest.MonkeyPatch.context() as environment:
            for variable, value in shop.environ.items():
                environment.setenv(variable, value)
            assert jobs.cancel(shop.path, name).line.startswith("hero: ")
    shop.edit('size = "1024x1024"', 'size = "1024x1024"\nedits = ["a darker sky"]')
    journal.submitted(row, row.handle)
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in shop.environ.items():
            environment.setenv(variable, value)
        assert jobs.cancel(shop.path, "hero").line.startswith("hero~0: ")


def test_a_job_of_a_provider_that_is_gone_blocks_its_own_asset_only(shop):
    shop.write(HERO + '[assets.owl]\nprompt = "an owl"\n')
    gen_key = shop.plan().assets["hero"].gen_key
    row = OpenJob(id="", asset="hero", project=".", gen_key=gen_key, provider="nosuch", model="gpt-image-2", state=JobState.INTENT)
    journal = Journal(shop.home)
    journal.submitted(journal.intend(row), {"id": "job-1"})
    outcome = shop.build()
    assert results(outcome) == {"hero": "blocked", "owl": "done"}
    told = '"nosuch" may have been asked and paid, and no answer is known: that provider is not installed'
    assert outcome.results["hero"].message == told
    assert refused(jobs.cancel, shop.path, "hero") == ('the provider "nosuch" is not installed', "install its plug-in, or: --abandon")
