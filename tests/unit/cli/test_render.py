"""What commands print of words that come from data, the registry or the store."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from modelratchet.cli import render, verify
from modelratchet.core.verdict import Finding, Outcome
from modelratchet.usecases.checks import Check, Status

HOSTILE = "worse\x1b[1A\x1b[2Kall well\n  ok    everything"


def test_a_finding_is_one_line_that_moves_no_cursor() -> None:
    (line,) = render.finding_lines([Finding("slices", "carrier", Outcome.FAILED, HOSTILE, {})])

    assert line.startswith("  FAIL  slices: worse\ufffd")
    assert line.replace("\ufffd", "").isprintable()


def test_what_a_certificate_says_is_one_line_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    checks = (Check("verdict", Status.WRONG, HOSTILE),)
    monkeypatch.setattr("modelratchet.wiring.signing.verified_certificate", lambda *_: checks)

    said = CliRunner().invoke(verify.verify, ["c.json", "--bundle", str(tmp_path)], standalone_mode=False).output

    assert [line[:5] for line in said.splitlines()] == ["WRONG", "1 of "]
    assert "\x1b" not in said
