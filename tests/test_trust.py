"""A stranger's work is neither paid for nor believed, whatever else is allowed."""

import json
from decimal import Decimal

import pytest

from assetgen.engine.spend import authority, unattended
from assetgen.engine.trust import stranger
from tests.projects import HERO

OURS = {"full_name": "us/pictures"}
THEIRS = {"full_name": "them/pictures"}
FROM_FORK = 'the pull request is from the fork "them/pictures"'
TARGET = 'the event "pull_request_target" mixes the rights of the repository with work from anybody'


def request(head, base=OURS):
    return {"pull_request": {"head": {"repo": head}, "base": {"repo": base}}, "repository": OURS}


@pytest.mark.parametrize(
    ("name", "event", "why"),
    [
        ("push", {"repository": OURS}, ""),
        ("workflow_dispatch", {"repository": OURS}, ""),
        ("merge_group", {"repository": OURS}, "a merge queue may hold the work of a fork"),
        ("issues", {"issue": {"number": 1}}, ""),
        ("pull_request", request(OURS), ""),
        ("pull_request", request({"full_name": "Us/Pictures"}), ""),
        ("pull_request", request(THEIRS), FROM_FORK),
        ("pull_request", request(None), "the pull request is from a fork"),
        ("pull_request", request(THEIRS, THEIRS | {"full_name": ""}), FROM_FORK),
        ("pull_request", {"pull_request": {}}, "the pull request is from a fork"),
        ("pull_request", {"pull_request": None}, 'the event "pull_request" does not tell whose pull request it is about'),
        ("pull_request_review", request(THEIRS), FROM_FORK),
        ("pull_request_target", request(OURS), TARGET),
        ("pull_request_target", request(THEIRS), TARGET),
        (
            "issue_comment",
            {"issue": {"pull_request": {"url": "x"}}},
            'the event "issue_comment" does not tell whose pull request it is about',
        ),
        ("workflow_run", {"repository": OURS, "workflow_run": {"head_repository": OURS}}, ""),
        (
            "workflow_run",
            {"repository": OURS, "workflow_run": {"head_repository": THEIRS}},
            "the run that this one follows was about a fork",
        ),
        ("workflow_run", {}, "the run that this one follows was about a fork"),
    ],
)
def test_events_of_github(tmp_path, name, event, why):
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    assert stranger({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path)}) == why


@pytest.mark.parametrize("text", ["", "[", "[]", "null", "[" * 100_000, '"x"'])
@pytest.mark.parametrize("name", ["pull_request", "workflow_dispatch", ""])
def test_an_event_that_cannot_be_read_is_a_stranger_s(tmp_path, name, text):
    path = tmp_path / "event.json"
    path.write_text(text)
    why = f'nobody can tell whose work the event "{name}" is about'
    for given in (path, tmp_path / "gone.json"):
        environ = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(given)}
        assert stranger(environ | ({"GITHUB_EVENT_NAME": name} if name else {})) == why
    assert stranger({"GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(path)}) == ""


OTHER = {"CI_MERGE_REQUEST_PROJECT_PATH": "us/pictures", "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "them/pictures"}
TRAVIS = {"TRAVIS_PULL_REQUEST": "7", "TRAVIS_REPO_SLUG": "us/pictures", "TRAVIS_PULL_REQUEST_SLUG": "us/pictures"}
EXTERNAL = {
    "CI_PIPELINE_SOURCE": "external_pull_request_event",
    "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "them/pictures",
    "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY": "us/pictures",
}


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({}, ""),
        ({"CI": "true", "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push"}, ""),
        (OTHER, 'the merge request is from "them/pictures", not from "us/pictures"'),
        (OTHER | {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "us/pictures"}, ""),
        ({"CI_PIPELINE_SOURCE": "merge_request_event"}, 'the merge request is from "", not from ""'),
        (EXTERNAL, 'the merge request is from "them/pictures", not from "us/pictures"'),
        (EXTERNAL | {"CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "us/pictures"}, ""),
        ({"CIRCLE_PR_REPONAME": "pictures"}, "the pull request is from a fork"),
        ({"SYSTEM_PULLREQUEST_ISFORK": "True"}, "the pull request is from a fork"),
        ({"SYSTEM_PULLREQUEST_ISFORK": "False"}, ""),
        (TRAVIS, ""),
        (TRAVIS | {"TRAVIS_PULL_REQUEST_SLUG": "them/pictures"}, 'the pull request is from "them/pictures", not from "us/pictures"'),
        (TRAVIS | {"TRAVIS_PULL_REQUEST": "false", "TRAVIS_PULL_REQUEST_SLUG": ""}, ""),
        ({"BUILDKITE_PULL_REQUEST": "false"}, ""),
        ({"BUILDKITE_PULL_REQUEST": "12"}, 'BUILDKITE_PULL_REQUEST is set, and nobody can tell whose pull request "12" is'),
        ({"BITBUCKET_PR_ID": "12"}, 'BITBUCKET_PR_ID is set, and nobody can tell whose pull request "12" is'),
        ({"DRONE_PULL_REQUEST": "12"}, 'DRONE_PULL_REQUEST is set, and nobody can tell whose pull request "12" is'),
        ({"CI": "woodpecker", "CI_COMMIT_PULL_REQUEST": ""}, ""),
        ({"CHANGE_ID": "12"}, ""),
        ({"CHANGE_ID": "12", "JENKINS_URL": "https://ci.example.org"}, 'CHANGE_ID is set, and nobody can tell whose pull request "12" is'),
        ({"CI": "true", "SOME_OTHER_SERVICE": "1"}, ""),
    ],
)
def test_other_services(environ, why):
    assert stranger(environ) == why


def test_nothing_overrides_it():
    for more in ({}, {"CI": ""}, {"CI": "true", "ASSETGEN_ALLOW_SPEND": "1"}):
        found = authority(ceiling=Decimal(5), agreed=True, environ=OTHER | more)
        assert found.refusal == 'nothing is spent for a stranger\'s work: the merge request is from "them/pictures", not from "us/pictures"'
        assert unattended(OTHER | more)


def test_a_build_spends_nothing_for_a_stranger_even_if_somebody_says_yes(shop, tmp_path):
    shop.write(HERO + '[assets.logo]\nprompt = "a star"\nmodel = "sketch"\n')
    path = tmp_path / "event.json"
    path.write_text(json.dumps(request(THEIRS)))
    environ = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(path), "ASSETGEN_ALLOW_SPEND": "1"}
    outcome = shop.build(environ=environ, confirm=lambda *_: True)
    told = {name: (result.status.value, result.message) for name, result in outcome.results.items()}
    assert told == {"hero": ("skipped", f"nothing is spent for a stranger's work: {FROM_FORK}"), "logo": ("done", "")}
    assert (shop.asked, outcome.exit_code) == (0, 1)


def test_in_ci_the_manifest_says_nothing_of_money(shop):
    shop.write("[policy]\nmax_cost = 5.0\n" + HERO)
    outcome = shop.build(environ={"CI": "true", "ASSETGEN_ALLOW_SPEND": "1"}, max_cost=None)
    assert outcome.results["hero"].message == "nothing is spent in CI without ASSETGEN_ALLOW_SPEND=1 and --max-cost"
    assert shop.asked == 0
    assert shop.build(max_cost=None).results["hero"].status.value == "done"
