"""The decision page."""

from __future__ import annotations

from dataclasses import replace

from modelratchet.core.evidence import Severity
from modelratchet.core.gate import decide
from modelratchet.core.page import decision_page
from tests.samples import evidence as sample


def page(**changes: object) -> str:
    evidence = sample.evidence(**changes)
    return decision_page(decide("flights", evidence, sample.policy()), evidence)


def test_verdict_stands_first_and_the_reason_second() -> None:
    worse = sample.comparison(differences=(sample.difference(-0.05, -0.04),))

    lines = [line for line in page(comparison=worse).splitlines() if line]

    assert lines[0].startswith("# REJECT")
    assert lines[1].startswith("Because roc\\_auc: worse than the champion beyond the margin")


def test_text_from_data_cannot_become_markup() -> None:
    hostile = replace(sample.failed(Severity.WARNING), column="<script>|[x](y)`", message="![a](b) <img src=x>\n# no")

    text = page(data_check=sample.data_check(hostile))

    assert "<script>" not in text
    assert "<img" not in text
    assert "\\[x\\]" in text
    assert not any(line.startswith("# no") for line in text.splitlines())
