"""Which workflows an event starts, against GitHub's reference; most of it without running anything."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from rehearsal.events import PullRequest, default_branch_event, pull_request_event, push_event
from rehearsal.triggers import started
from rehearsal.workflow_files import read_workflow
from tests.rehearsal.small_hub import SHA, SmallHub, one_job

PULL = PullRequest(3, "Title", "head", SHA, "main", SHA, SHA)


def starts(folder: Path, on: str, event: object) -> bool:
    path = folder / "one.yml"
    path.write_text(one_job("- run: 'true'", on=on))
    return bool(started([read_workflow(path)], event))  # type: ignore[arg-type]


def push(branch: str, *changed: str) -> object:
    return push_event(branch, (SHA, SHA), changed)


@pytest.mark.parametrize(
    ("on", "branch", "changed", "expected"),
    [
        ("{push: {branches: [main]}}", "main", ["a"], True),
        ("{push: {branches: [main]}}", "other", ["a"], False),
        ("{push: {branches-ignore: [main]}}", "other", ["a"], True),
        ("{push: {branches: ['**', '!main']}}", "main", ["a"], False),
        ("{push: {paths: ['src/**']}}", "main", ["docs/a", "src/b"], True),
        ("{push: {paths: ['src/**']}}", "main", ["docs/a"], False),
        ("{push: {paths-ignore: ['docs/**']}}", "main", ["docs/a"], False),
        ("{push: {paths-ignore: ['docs/**']}}", "main", ["docs/a", "src/b"], True),
        ("{push: {tags: ['v*']}}", "main", ["a"], False),
        ("pull_request", "main", ["a"], False),
        ("[push, pull_request]", "main", ["a"], True),
    ],
)
def test_a_push_starts_what_its_filters_let_through(
    tmp_path: Path, on: str, branch: str, changed: list[str], expected: bool
) -> None:
    assert starts(tmp_path, on, push(branch, *changed)) is expected


@pytest.mark.parametrize(
    ("on", "action", "expected"),
    [
        ("pull_request", "opened", True),
        ("pull_request", "synchronize", True),
        ("pull_request", "labeled", False),
        ("{pull_request: {types: [labeled]}}", "labeled", True),
        ("{pull_request: {branches: [release]}}", "opened", False),
    ],
)
def test_a_pull_request_starts_what_waits_for_its_action_and_base(
    tmp_path: Path, on: str, action: str, expected: bool
) -> None:
    assert starts(tmp_path, on, pull_request_event(PULL, action, ("a",))) is expected


def test_a_schedule_starts_the_workflow_of_that_line_only(tmp_path: Path) -> None:
    on = '{schedule: [{cron: "1 2 * * *"}]}'
    assert starts(tmp_path, on, default_branch_event("schedule", SHA, {"schedule": "1 2 * * *"}))
    assert not starts(tmp_path, on, default_branch_event("schedule", SHA, {"schedule": "3 4 * * *"}))


def test_a_repository_dispatch_starts_what_waits_for_its_type(tmp_path: Path) -> None:
    on = "{repository_dispatch: {types: [new-data]}}"
    assert starts(tmp_path, on, default_branch_event("repository_dispatch", SHA, {"action": "new-data"}))
    assert not starts(tmp_path, on, default_branch_event("repository_dispatch", SHA, {"action": "other"}))


def test_an_event_that_is_not_modelled_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError, match="merge_group"):
        starts(tmp_path, "merge_group", push("main"))


def test_a_workflow_that_waits_for_another_runs_on_the_default_branch_with_its_result(small: SmallHub) -> None:
    after = "{workflow_run: {workflows: [one], types: [completed]}}"
    say = '- run: echo "$GITHUB_REF ${{ github.event.workflow_run.conclusion }} of ${{ github.event.workflow_run.head_branch }}"'
    small.write({".github/workflows/two.yml": one_job(say, on=after, name="two")})
    small.write({".github/workflows/one.yml": one_job("- run: exit 1", on="pull_request")}, "head")
    first, second = small.github.opened("head", "Fail")
    assert (first["conclusion"], second["conclusion"]) == ("failure", "success")
    assert "refs/heads/main failure of head" in small.said(second)


def test_a_chain_of_workflow_runs_ends_after_three(small: SmallHub) -> None:
    def waits(name: str) -> str:
        return f"{{workflow_run: {{workflows: [{name}], types: [completed]}}}}"

    names = ["one", "two", "three", "four", "five"]
    chain = {
        f".github/workflows/{name}.yml": one_job("- run: 'true'", on=waits(before), name=name)
        for before, name in pairwise(names)
    }
    runs = small.push({**chain, ".github/workflows/one.yml": one_job("- run: 'true'")})
    assert [run["workflow"] for run in runs] == ["one", "two", "three", "four"]


def test_a_dispatch_fills_in_defaults_and_asks_for_what_is_required(small: SmallHub) -> None:
    on = "{workflow_dispatch: {inputs: {why: {required: true}, to: {default: latest}}}}"
    small.write({".github/workflows/one.yml": one_job('- run: echo "${{ inputs.why }} to ${{ inputs.to }}"', on=on)})
    (run,) = small.github.dispatched("one.yml", why="because")
    assert "because to latest" in small.said(run)
    with pytest.raises(ValueError, match="required"):
        small.github.dispatched("one.yml")
