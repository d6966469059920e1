"""The story of a night: ledger and signatures hold, the champion is made again, the gate errs as seldom as promised."""

from __future__ import annotations

import pytest

from tests.rehearsal.story import Story, of, step

pytestmark = [pytest.mark.rehearsal, pytest.mark.nightly]
CRON = "41 2 * * *"


def test_the_night_verifies_reproduces_and_simulates(from_improved: Story) -> None:
    run = of(from_improved.github.scheduled(CRON), "nightly.yml")
    assert run["conclusion"] == "success", from_improved.said(run)
    assert step(run, "reproduce", "ratchet reproduce")["result"] == "success"
    assert "IDENTICAL" in from_improved.said(run)
    assert from_improved.champion() == "2"
