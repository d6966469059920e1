"""Stories of pull requests: a worse model, a slower one, a fork's, documentation alone, the gate's policy alone, and code."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from rehearsal.project import START_RATE, TREES, edit_params
from tests.rehearsal.story import Story, job, model, of, params, step

pytestmark = pytest.mark.rehearsal


def comment_of(told: Story, number: int) -> str:
    """Text of the only comment."""
    (comment,) = told.hub.comments(number)
    return str(comment["body"])


@pytest.mark.nightly
def test_a_worse_model_is_refused_and_the_page_says_why(from_begun: Story) -> None:
    told = from_begun.without("ci.yml")
    number, runs = told.propose("worse", model(max_iter=1, max_leaf_nodes=2), "One stump is enough")
    run = of(runs, "model.yml")
    assert run["conclusion"] == "failure"
    assert step(run, "run", "ratchet gate check")["result"] == "failure", told.said(run)
    assert job(run, "promote")["result"] == "skipped"
    body = comment_of(told, number)
    assert "REJECT" in body.upper()
    assert "worse than the champion beyond the margin" in body
    assert told.champion() == "1"


@pytest.mark.nightly
def test_a_model_slower_by_a_third_is_refused_and_the_next_push_updates_the_one_comment(from_begun: Story) -> None:
    told = from_begun.without("ci.yml")
    number, runs = told.propose("slower", slower, "More trees, learning less from each")
    run = of(runs, "model.yml")
    assert run["conclusion"] == "failure"
    (ratio,) = re.findall(r"FAIL latency: in process p50 ([0-9.]+) times", told.said(run))
    assert 1.1 < float(ratio) < 1.7  # what a call costs besides its trees differs from machine to machine
    assert "latency" in comment_of(told, number)
    assert told.champion() == "1"

    told.change("slower", model(max_iter=TREES, learning_rate=1.5 * START_RATE), "As many trees as before")
    again = told.github.pushed("slower")

    assert of(again, "comment.yml")["conclusion"] == "success"
    (comment,) = told.hub.comments(number)
    assert comment["edits"] == 1

    told.change("slower", describe, "The model as it was, and a sentence about it")
    taken_back = told.github.pushed("slower")

    assert job(of(taken_back, "model.yml"), "run")["result"] == "skipped"
    assert "touches no model" in comment_of(told, number)


@pytest.mark.nightly
def test_a_forks_pull_request_gets_its_verdict_without_secrets(from_begun: Story) -> None:
    told = from_begun.without("ci.yml")
    fork = told.folder / "fork.git"
    shutil.copytree(told.hub.repository, fork)
    person = told.clone("grace", of=fork)
    edit_params(person.folder, {"train": {"hist_gradient_boosting": {"learning_rate": 0.05}}})
    person.commit("Learn a little faster")
    person.push("faster")
    versions = told.versions()
    runs = told.github.opened("faster", "Learn a little faster", fork=fork)
    run = of(runs, "model.yml")
    assert step(run, "run", "ratchet run")["result"] == "success", told.said(run)
    assert step(run, "run", "ratchet pull")["result"] == "skipped"
    assert "champion version 1" in told.said(run)
    assert "BEGIN EC PRIVATE KEY" not in told.said(run)
    assert "promote" in comment_of(told, told.hub.pulls()[-1]["number"]).lower()
    assert told.versions() == versions


def test_documentation_alone_runs_no_training(from_begun: Story) -> None:
    number, runs = from_begun.propose("docs", describe, "Describe")
    assert {run["file"]: run["conclusion"] for run in runs if run["conclusion"] != "skipped"} == {
        "ci.yml": "success",
        "model.yml": "success",
        "comment.yml": "success",
    }
    assert job(of(runs, "model.yml"), "run")["result"] == "skipped"
    assert job(of(runs, "ci.yml"), "docs")["result"] == "success"
    assert job(of(runs, "ci.yml"), "check")["result"] == "skipped"
    assert from_begun.hub.comments(number) == []


def test_a_change_of_the_gates_policy_alone_trains_nothing(from_begun: Story) -> None:
    _, runs = from_begun.without("ci.yml").propose(
        "policy", params({"gate": {"slice_margin": 0.04}}), "Allow slices more"
    )
    run = of(runs, "model.yml")
    assert run["conclusion"] == "success", from_begun.said(run)
    (unchanged,) = re.findall(r"unchanged: (.*?) Metrics on", from_begun.said(run))
    assert {"ingest", "train", "convert", "evaluate"} <= set(unchanged.split(", "))


@pytest.mark.nightly
def test_a_change_of_code_is_checked_tested_and_audited(from_begun: Story) -> None:
    told = from_begun.without("model.yml")
    _, runs = told.propose("code", annotate, "Say more")
    run = of(runs, "ci.yml")
    assert run["conclusion"] == "success", told.said(run)
    assert {each["job"]: each["result"] for each in run["jobs"]} == {
        "changes": "success",
        "docs": "skipped",
        "check": "success",
        "test": "success",
        "wheel": "success",
        "audit": "success",
        "required": "success",
    }


def slower(folder: Path) -> None:
    edit_params(folder, {"train": {"hist_gradient_boosting": {"max_iter": 9 * TREES, "learning_rate": START_RATE / 9}}})


def describe(folder: Path) -> None:
    page = folder / "docs" / "architecture.md"
    page.write_text(page.read_text() + "\nOne sentence more.\n")


def annotate(folder: Path) -> None:
    path = folder / "src" / "modelratchet" / "errors.py"
    path.write_text(path.read_text() + "\n\n# one comment more\n")
