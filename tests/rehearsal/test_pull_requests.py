"""The stand-ins that open, update and merge pull requests, against their READMEs."""

from __future__ import annotations

from rehearsal.github import Settings
from tests.rehearsal.small_hub import SmallHub, one_job, with_settings

PROPOSE = """\
- uses: actions/checkout@{{sha}}
- run: {change}
- uses: peter-evans/create-pull-request@{{sha}}
  id: proposal
  with:
    branch: retrain/next
    title: New data
    body: What moved
    add-paths: data
- run: echo "did=${{{{ steps.proposal.outputs.pull-request-operation }}}}"
"""
RIGHTS = "{contents: write, pull-requests: write}"
APP = Settings(secrets={"KEY": "-----BEGIN PRIVATE KEY-----"}, variables={"CLIENT": "Iv1"})
WITH_APP = """\
- uses: actions/checkout@{sha}
  with: {persist-credentials: false}
- uses: actions/create-github-app-token@{sha}
  id: app
  with:
    client-id: ${{ vars.CLIENT }}
    private-key: ${{ secrets.KEY }}
    permission-contents: write
    permission-pull-requests: write
- run: date +%N > data
- uses: peter-evans/create-pull-request@{sha}
  id: proposal
  with: {token: "${{ steps.app.outputs.token }}", branch: retrain/next, title: New data}
- uses: peter-evans/enable-pull-request-automerge@{sha}
  with:
    token: ${{ steps.app.outputs.token }}
    pull-request-number: ${{ steps.proposal.outputs.pull-request-number }}
    merge-method: squash
"""


def propose(small: SmallHub, change: str, permissions: str = RIGHTS) -> str:
    run = small.run(PROPOSE.format(change=change), permissions=permissions)
    return small.said(run)


def test_a_change_becomes_one_pull_request_with_the_named_files_only(small: SmallHub) -> None:
    small.write({"data": "old", "other": "old"})
    assert "did=created" in propose(small, "echo new > data; echo new > other")
    (pull,) = small.hub.pulls()
    assert (pull["title"], pull["head"], pull["base"], pull["author"]) == (
        "New data",
        "retrain/next",
        "main",
        "github-actions[bot]",
    )
    repository = small.github.repository
    assert repository.changed(repository.tip("main"), repository.tip("retrain/next")) == ("data",)


def test_a_second_change_updates_the_same_pull_request(small: SmallHub) -> None:
    small.write({"data": "old"})
    propose(small, "echo new > data")
    assert "did=updated" in propose(small, "echo newer > data")
    (pull,) = small.hub.pulls()
    assert pull["updates"] == 1


def test_the_same_change_again_updates_nothing(small: SmallHub) -> None:
    small.write({"data": "old"})
    propose(small, "echo new > data")
    assert "did=none" in propose(small, "echo new > data")


def test_no_difference_makes_no_pull_request(small: SmallHub) -> None:
    small.write({"data": "old"})
    assert "did=none" in propose(small, "true")
    assert small.hub.pulls() == []


def test_no_difference_any_more_closes_the_pull_request(small: SmallHub) -> None:
    small.write({"data": "old"})
    propose(small, "echo new > data")
    assert "did=closed" in propose(small, "true")
    assert [pull["state"] for pull in small.hub.pulls()] == ["closed"]


def test_it_needs_the_rights_to_write(small: SmallHub) -> None:
    small.write({"data": "old"})
    assert "Resource not accessible" in propose(small, "echo new > data", "{contents: read, pull-requests: write}")


def test_what_the_runs_token_opens_starts_no_workflow(small: SmallHub) -> None:
    small.write({"data": "old", ".github/workflows/two.yml": one_job("- run: 'true'", on="pull_request", name="two")})
    propose(small, "echo new > data")
    assert [run["file"] for run in small.hub.runs()] == ["one.yml"]


def test_what_an_apps_token_opens_is_checked_and_merged_when_green(small: SmallHub) -> None:
    app = with_settings(small, APP)
    checked = one_job("- run: 'true'", on="pull_request", name="two")
    app.write({"data": "old", ".github/workflows/two.yml": checked})
    app.write({".github/workflows/one.yml": one_job(WITH_APP, on="repository_dispatch")})
    app.github.repository_dispatched("new-data")
    assert [(run["file"], run["event"]) for run in app.hub.runs()] == [
        ("one.yml", "repository_dispatch"),
        ("two.yml", "pull_request"),
    ]
    assert [pull["state"] for pull in app.hub.pulls()] == ["merged"]


def test_what_is_red_is_not_merged(small: SmallHub) -> None:
    app = with_settings(small, Settings(APP.secrets, APP.variables, required={"two.yml": "only"}))
    app.write({"data": "old", ".github/workflows/two.yml": one_job("- run: 'false'", on="pull_request", name="two")})
    app.write({".github/workflows/one.yml": one_job(WITH_APP, on="repository_dispatch")})
    app.github.repository_dispatched("new-data")
    assert [pull["state"] for pull in app.hub.pulls()] == ["open"]
