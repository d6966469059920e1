"""Who may do what in the workflows. `act` looks at none of it, so it is read: triggers, permissions, secrets, environments, groups, caches."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.architecture.workflow_files import (
    FILES,
    FOLDER,
    Job,
    composite_steps,
    job,
    jobs,
    secrets_of,
    workflow,
    workflows,
)

MLFLOW = {"MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"}
SIGNING = {"RATCHET_SIGNING_KEY", "RATCHET_SIGNING_PASSWORD"}
TRIGGERS: dict[str, Any] = {
    "ci": {"push": {"branches": ["main"]}, "pull_request": None, "workflow_dispatch": None},
    "model": {"push": {"branches": ["main"]}, "pull_request": None, "workflow_dispatch": None},
    "comment": {"workflow_run": {"workflows": ["model"], "types": ["completed"]}},
    "pipeline": {"workflow_call"},
    "image": {"workflow_call", "workflow_dispatch"},
    "retrain": {"schedule", "workflow_dispatch", "repository_dispatch"},
    "rollback": {"workflow_dispatch"},
    "nightly": {"schedule", "workflow_dispatch"},
}
IMAGE = {"contents": "read", "packages": "write", "id-token": "write", "attestations": "write"}
PERMISSIONS = {
    "comment/comment": {"actions": "read", "contents": "read", "pull-requests": "write"},
    "image/image": IMAGE,
    "model/image": IMAGE,
    "model/pipeline": {"contents": "read", "id-token": "write"},
    "nightly/image": IMAGE,
    "nightly/reproduce": {"contents": "read", "id-token": "write"},
    "pipeline/run": {"contents": "read", "id-token": "write"},
    "retrain/propose": {"contents": "write", "pull-requests": "write"},
    "retrain/retrain": {"contents": "read", "id-token": "write"},
    "rollback/image": IMAGE,
}
"""Every other job may read the repository and nothing else."""
SECRETS = {
    "image/image": MLFLOW | SIGNING,
    "model/image": MLFLOW | SIGNING,
    "model/pipeline": MLFLOW,
    "model/promote": MLFLOW | SIGNING,
    "nightly/image": MLFLOW | SIGNING,
    "nightly/ledger": MLFLOW | SIGNING,
    "nightly/reproduce": MLFLOW,
    "pipeline/run": MLFLOW,
    "retrain/propose": {"RATCHET_APP_PRIVATE_KEY"},
    "retrain/retrain": MLFLOW,
    "rollback/image": MLFLOW | SIGNING,
    "rollback/rollback": MLFLOW | SIGNING,
}
ENVIRONMENTS = {
    "image/image": "registry",
    "model/promote": "registry",
    "nightly/ledger": "registry",
    "nightly/reproduce": "registry",
    "pipeline/run": "${{ github.ref == 'refs/heads/main' && 'registry' || '' }}",
    "retrain/propose": "proposals",
    "retrain/retrain": "registry",
    "rollback/rollback": "production",
}
STRANGERS_TEXT = re.compile(
    r"head_ref|head_branch|head_commit|display_title|\.head\.(?:ref|label)|event\.(?:issue|comment|review|discussion|client_payload|pages)"
    r"|pull_request\.(?:title|body)|event\.(?:head_commit|commits|ref)\b|workflow_run\.(?:name|pull_requests)"
)
ON_MAIN = "github.ref == 'refs/heads/main'"


def _on(name: str) -> set[str]:
    return set(workflow(name)["on"])


@pytest.mark.parametrize("name", workflows())
def test_a_workflow_is_set_off_by_what_is_told_here(name: str) -> None:
    expected = TRIGGERS[name]
    found = workflow(name)["on"]
    assert (set(found) if isinstance(expected, set) else found) == expected


def test_schedules_keep_off_the_full_hour() -> None:
    crons = [item["cron"] for name in workflows() for item in workflow(name)["on"].get("schedule", ())]
    assert len(crons) == 2
    assert all(re.fullmatch(r"[1-9]\d? \d+ \* \* (\*|\d)", cron) for cron in crons)


@pytest.mark.parametrize("name", workflows())
def test_nothing_is_permitted_but_by_a_job(name: str) -> None:
    assert workflow(name)["permissions"] == {}


@pytest.mark.parametrize("found", jobs(), ids=str)
def test_a_job_may_do_what_is_told_here(found: Job) -> None:
    assert found.permissions == PERMISSIONS.get(str(found), {"contents": "read"})


@pytest.mark.parametrize("found", [item for item in jobs() if item.is_call], ids=str)
def test_a_called_workflow_is_permitted_all_that_its_jobs_ask_for(found: Job) -> None:
    """GitHub refuses to start where the caller permits less."""
    called = workflow(found.data["uses"].rsplit("/", 1)[1].removesuffix(".yml"))
    for data in called["jobs"].values():
        assert data["permissions"].items() <= found.permissions.items()


@pytest.mark.parametrize("found", jobs(), ids=str)
def test_a_job_asks_for_the_secrets_that_are_told_here(found: Job) -> None:
    assert secrets_of(found.data) == SECRETS.get(str(found), set())
    assert found.data.get("secrets") != "inherit"


@pytest.mark.parametrize("found", jobs(), ids=str)
def test_a_secret_is_in_the_environment_of_the_step_that_uses_it(found: Job) -> None:
    """And of no other: the steps of a job see what is set for all of it."""
    assert not secrets_of(found.data.get("env", {}))
    for step in found.steps:
        assert secrets_of({key: value for key, value in step.items() if key not in {"env", "with"}}) == set()


@pytest.mark.parametrize("found", jobs(), ids=str)
def test_a_key_lies_in_an_environment_of_main(found: Job) -> None:
    assert found.environment == ENVIRONMENTS.get(str(found), "")
    if not found.is_call and secrets_of(found.data):
        assert found.environment


def test_a_rollback_waits_for_the_production_environment() -> None:
    assert job("rollback", "rollback").environment == "production"
    assert job("rollback", "image").data["needs"] == "rollback"


@pytest.mark.parametrize("found", [item for item in jobs() if secrets_of(item.data) & SIGNING and item.steps], ids=str)
def test_a_job_with_the_key_takes_its_environment_from_no_cache(found: Job) -> None:
    (setup,) = found.using("./.github/actions/setup")
    assert setup["with"]["from-cache"] == "false"
    assert not found.using("actions/cache/restore")


def test_groups_are_one_for_each_workflow() -> None:
    groups = {name: workflow(name).get("concurrency", {}).get("group") for name in workflows()}
    assert groups == {
        "ci": "ci-${{ github.ref }}",
        "comment": "comment-${{ github.event.workflow_run.head_sha }}",
        "image": None,
        "model": "model-${{ github.ref }}",
        "nightly": "nightly",
        "pipeline": None,
        "retrain": "retrain",
        "rollback": "rollback",
    }


def test_only_a_newer_push_to_a_pull_request_cancels_what_runs() -> None:
    for name in ("ci", "model"):
        assert workflow(name)["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"
    others = [item["concurrency"] for item in workflows().values() if "concurrency" in item]
    others += [item.data["concurrency"] for item in jobs() if "concurrency" in item.data]
    unsaid = [item for item in others if "pull_request" not in str(item["cancel-in-progress"])]
    assert all(item["cancel-in-progress"] is False for item in unsaid)
    assert len(unsaid) == len(others) - 2


def test_no_job_waits_for_the_group_of_its_own_workflow() -> None:
    for found in jobs():
        if "concurrency" in found.data:
            assert found.data["concurrency"]["group"] != workflow(found.workflow).get("concurrency", {}).get("group")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_text_of_a_stranger_is_asked_for(path: Any) -> None:
    expressions = re.findall(r"\$\{\{.*?\}\}", path.read_text(), re.DOTALL)
    assert not [found for found in expressions if STRANGERS_TEXT.search(found)]


@pytest.mark.parametrize("found", [item for item in jobs() if item.using("actions/cache/save")], ids=str)
def test_a_cache_is_saved_by_main_alone(found: Job) -> None:
    is_of_main = not _callers(found.workflow) & {"pull_request", "pull_request_target"}
    for step in found.using("actions/cache/save"):
        assert is_of_main or ON_MAIN in step.get("if", "") or ON_MAIN in found.data.get("if", "")


def test_the_environment_is_saved_by_pushes_to_main_alone() -> None:
    saving = [step for step in composite_steps() if "cache/save" in step.get("uses", "")]
    assert [ON_MAIN in step["if"] and "github.event_name == 'push'" in step["if"] for step in saving] == [True]


def test_no_action_saves_a_cache_by_itself() -> None:
    """`actions/cache` saves when its job ends, in a pull request too; the actions that set up a language do when asked."""
    text = "".join(path.read_text() for path in FILES)
    assert not re.search(r"actions/cache@", text)
    assert not re.search(r"^\s+cache:", text, re.MULTILINE)


def test_a_pull_request_without_secrets_asks_no_registry() -> None:
    steps = {step["run"]: step for step in job("pipeline", "run").steps if "run" in step}
    for command in ("ratchet run", "ratchet gate tell --page decision/page.json"):
        environment = steps[command]["env"]
        assert environment["RATCHET_STANDING"] == "${{ inputs.standing == 'exported' && '.ratchet/standing' || '' }}"
        assert environment["MLFLOW_TRACKING_URI"].startswith("${{ inputs.standing == 'registry' && ")
    assert steps["ratchet pull"]["if"] == "inputs.standing == 'registry'"


def test_forks_and_bots_are_those_without_secrets() -> None:
    standing = " ".join(job("model", "pipeline").data["with"]["standing"].split())
    assert standing == (
        "${{ github.event_name == 'pull_request' && (github.event.pull_request.head.repo.full_name != github.repository"
        " || github.event.pull_request.user.login == 'dependabot[bot]' || vars.RATCHET_PULL_REQUESTS == 'exported') && 'exported' || 'registry' }}"
    )


def test_the_comment_is_written_by_code_of_main_alone() -> None:
    found = job("comment", "comment")
    (checkout,) = found.using("actions/checkout")
    (download,) = found.using("actions/download-artifact")
    assert set(checkout["with"]) == {"persist-credentials"}
    assert (download["with"]["pattern"], download["with"]["path"]) == ("decision", "decision")
    assert [step["run"] for step in found.steps if "run" in step] == [
        "ratchet comment decision/page.json --output comment.md"
    ]
    assert found.data["if"] == "github.event.workflow_run.event == 'pull_request'"


def test_the_number_of_the_pull_request_is_the_commands_answer() -> None:
    (post,) = job("comment", "comment").using("marocchino/sticky-pull-request-comment")
    assert post["with"]["number"] == "${{ steps.comment.outputs.number }}"
    assert post["if"] == "steps.comment.outputs.number != ''"


def test_only_main_promotes() -> None:
    promoting = [
        str(item) for item in jobs() for step in item.steps if str(step.get("run", "")).startswith("ratchet promote")
    ]
    assert promoting == ["model/promote"]
    assert ON_MAIN in job("model", "promote").data["if"]
    assert job("model", "image").data["needs"] == "promote"


def test_no_workflow_stands_where_github_does_not_look() -> None:
    assert {path.suffix for path in FOLDER.iterdir()} == {".yml"}


def _callers(name: str) -> set[str]:
    """The events that set a workflow off, by whatever way."""
    calling = {item.workflow for item in jobs() if item.is_call and item.data["uses"].endswith(f"/{name}.yml")}
    return _on(name).union(*(_callers(other) for other in calling))
