"""Stories on main: a first model, a better one, the same event twice, a run that ends in the middle of a promotion, and the way back."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from rehearsal.act import Running, Said
from rehearsal.events import Event, push_event
from tests.containers import docker, require_engine
from tests.rehearsal.beginnings import Beginning, improvement
from tests.rehearsal.story import Story, job, of, step

pytestmark = pytest.mark.rehearsal


def digests(told: Story) -> dict[str, str]:
    """Tags of the image in the registry, with the digests they point to."""
    return {tag: told.digest(tag) for tag in told.tags()}


def test_the_first_push_is_recorded_promoted_and_exported(begun: Beginning, from_begun: Story) -> None:
    run = of(begun.runs, "model.yml")
    assert run["conclusion"] == "success"
    assert job(run, "image")["result"] == "skipped"
    assert from_begun.champion() == "1"
    assert from_begun.cached("standing-") == ["refs/heads/main"]
    assert from_begun.cached("environment-") == ["refs/heads/main"]


def test_a_better_model_is_promoted_and_its_image_built_checked_and_pushed(
    improved: Beginning, from_improved: Story
) -> None:
    require_engine()
    run = of(improved.runs, "model.yml")
    assert run["conclusion"] == "success"
    assert from_improved.champion() == "2"
    assert "conformance" in from_improved.said(run)
    (statement,) = from_improved.hub.attestations()
    assert (
        f"sha256:{statement['subject'][0]['digest']['sha256']}"
        == digests(from_improved)["latest"]
        == digests(from_improved)["2"]
    )
    assert step(run, "image", "ratchet verify-image")["result"] == "success"


def test_the_image_in_the_registry_answers(from_improved: Story) -> None:
    require_engine()
    reference = f"{from_improved.image}@{from_improved.digest('latest')}"
    docker("pull", "--quiet", reference)
    try:
        assert docker("image", "inspect", "--format", "{{.Config.User}}", reference) not in ("", "root", "0")
    finally:
        docker("image", "rm", "--force", reference)


@pytest.mark.nightly
def test_the_same_event_delivered_twice_promotes_and_publishes_once(from_improved: Story) -> None:
    told = from_improved.without("ci.yml")
    history, images = told.ask("history"), digests(told)
    run = of(told.github.deliver(newest_push(told)), "model.yml")
    assert run["conclusion"] == "success", told.said(run)
    assert step(run, "image", "actions/attest-build-provenance")["result"] == "skipped"
    assert (told.ask("history"), digests(told)) == (history, images)


@pytest.mark.nightly
def test_a_run_that_ends_in_the_middle_of_a_promotion_is_completed_by_the_next(from_begun: Story) -> None:
    told = from_begun.without("ci.yml").with_settings(variables={"RATCHET_IMAGE_REPOSITORY": None})
    killer = KillWhenWritten(told.folder / "registry" / "mlflow.db")
    assert of(improvement(told.watched_by(killer)), "model.yml")["conclusion"] == "cancelled"
    assert killer.killed

    again = of(told.github.deliver(newest_push(told)), "model.yml")

    assert again["conclusion"] == "success", told.said(again)
    assert [event["kind"] for event in told.ask("history")["events"]] == ["promoted", "promoted"]
    assert told.champion() == "2"
    told.ask("verify", "--key", str(told.key))


@pytest.mark.nightly
def test_a_rollback_brings_back_the_version_before_and_its_image(from_improved: Story) -> None:
    require_engine()
    run = of(
        from_improved.github.dispatched("rollback.yml", version="1", reason="late flights were missed"), "rollback.yml"
    )
    assert run["conclusion"] == "success", from_improved.said(run)
    assert from_improved.champion() == "1"
    assert "late flights were missed" in str(from_improved.ask("history"))
    found = digests(from_improved)
    assert found["latest"] == found["1"] != found["2"]


class KillWhenWritten:
    """Kills the whole run as soon as the ledger has one more event: alias and certificate are not written yet."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.before = self.events()
        self.killed = False

    def __call__(self, said: Said, running: Running) -> None:
        if "Run Main ratchet promote" in str(said.get("msg")) and not self.killed:
            threading.Thread(target=self.wait, args=(running,), daemon=True).start()

    def wait(self, running: Running) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self.events() > self.before:
                self.killed = True
                running.kill()
                return
            time.sleep(0.002)

    def events(self) -> int:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            found = connection.execute("SELECT count(*) FROM model_versions WHERE name LIKE '%.promotions'").fetchone()
        return int(found[0])


def newest_push(told: Story) -> Event:
    """The push of main's newest commit, once more."""
    repository = told.github.repository
    return push_event("main", (repository.tip("main~1"), repository.tip("main")), ("params.yaml",))
