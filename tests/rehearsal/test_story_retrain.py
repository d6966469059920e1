"""Stories of retraining: the schedule brings the next month in and has it merged, then finds nothing new; another system asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal.story import Story, job, of, params

pytestmark = [pytest.mark.rehearsal, pytest.mark.nightly]
CRON = "23 4 * * 1"
# two months to learn from, one to be judged on; both ends move
RETRAIN: dict[str, Any] = {
    "retrain": {
        "period": "month",
        "holdout_periods": 1,
        "training_periods": 2,
        "merge": "promote",
        "moves": {
            "ingest.options.first_month": {"edge": "first", "form": "%m"},
            "ingest.options.last_month": {"edge": "last", "form": "%m"},
        },
    }
}
APP = {"variables": {"RATCHET_APP_CLIENT_ID": "Iv23rehearsal", "RATCHET_IMAGE_REPOSITORY": None}}
APP_KEY = {"RATCHET_APP_PRIVATE_KEY": "-----BEGIN RSA PRIVATE KEY-----\nrehearsal\n-----END RSA PRIVATE KEY-----\n"}


def ready(told: Story) -> Story:
    """Its window may move, and what is promoted may be merged. Nobody waits for the runs of that edit."""
    told.change("main", params(RETRAIN), "Retrain by the month")
    return told.without("ci.yml").with_settings(**APP, secrets=APP_KEY)


def test_the_schedule_brings_the_next_month_in_and_then_finds_nothing_new(from_begun: Story) -> None:
    told = ready(from_begun)
    runs = told.github.scheduled(CRON)
    first = of(runs, "retrain.yml")
    assert first["conclusion"] == "success", told.said(first)
    assert [(run["file"], run["event"]) for run in runs if run["file"] != "comment.yml"] == [
        ("retrain.yml", "schedule"),
        ("model.yml", "pull_request"),
        ("model.yml", "push"),
    ]
    (pull,) = told.hub.pulls()
    assert (pull["state"], pull["head"]) == ("merged", "retrain/2013-12")
    assert told.champion() == told.versions()[-1]
    nothing = of(told.github.scheduled(CRON), "retrain.yml")
    assert nothing["conclusion"] == "success"
    assert job(nothing, "propose")["result"] == "skipped"
    assert "nothing new" in told.said(nothing)


def test_another_system_asks_for_retraining_and_a_person_decides(from_begun: Story) -> None:
    told = ready(from_begun).with_settings(variables={"RATCHET_APP_CLIENT_ID": None})
    runs = told.github.repository_dispatched("new-data")
    assert of(runs, "retrain.yml")["conclusion"] == "success", told.said(runs[0])
    (pull,) = told.hub.pulls()
    assert pull["author"] == "github-actions[bot]"
    assert "2013-12" in pull["title"]
    assert told.champion() == "1"
