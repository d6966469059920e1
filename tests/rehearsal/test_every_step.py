"""No workflow, job or step is left out of the stories. Runs last, and only where all stories were told."""

from __future__ import annotations

import pytest

from rehearsal.workflow_files import local_action, read_workflows
from tests.rehearsal.records import Document, noted_runs
from tests.rehearsal.story import ROOT

pytestmark = [pytest.mark.rehearsal, pytest.mark.nightly]
STORIES = 12


def all_steps() -> set[tuple[str, ...]]:
    """File, job and step of everything there is; steps of a local action once, under the action's name."""
    found: set[tuple[str, ...]] = set()
    for workflow in read_workflows(ROOT):
        for job in workflow.jobs:
            found |= {(workflow.file, job.key, step.key, step.title) for step in job.steps}
            for step in job.steps:
                if step.uses and step.uses.startswith("./"):
                    found |= {(step.uses, each.key, each.title) for each in local_action(ROOT, step.uses)}
    return found


def exercised(runs: list[Document]) -> set[tuple[str, ...]]:
    """The same of what ran in a story, and was not skipped."""
    found: set[tuple[str, ...]] = set()
    for job in (job for run in runs for job in run.get("jobs", [])):
        for step in (step for step in job["steps"] if step["result"] != "skipped"):
            found.add((job["file"], job["job"], step["step"], step["name"]))
            found |= {
                (step["uses"], each["step"], each["name"]) for each in step["steps"] if each["result"] != "skipped"
            }
    return found


def test_every_step_of_every_job_of_every_workflow_is_exercised_by_a_story(request: pytest.FixtureRequest) -> None:
    told = [
        item for item in request.session.items if item.get_closest_marker("rehearsal") and "story" in item.path.name
    ]
    if len(told) < STORIES:
        pytest.skip(f"{len(told)} of {STORIES} stories are told: steps of the others can't be there")
    assert all_steps() - exercised(noted_runs()) == set()
