"""The error rates of docs/benchmarks.md with fewer seeds: fixed seeds, so a change of the rates is a change of the rules."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.gate import creep, false_promotion, power, slices, year
from benchmarks.gate.models import binormal
from benchmarks.gate.records import AT_FIRST_LOOK, WHOLE_ALPHA, discordant_counts, policy, share_passing
from modelratchet.core.power import accuracy_rows
from modelratchet.core.rules.primary import check_primary

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("n_rows", [500, 2000])
def test_accuracy_at_the_margin_is_promoted_at_the_level_asked(n_rows: int) -> None:
    counts = discordant_counts(0.05, -0.01, n_rows, 4000, (1, n_rows))
    promoted = share_passing([check_primary], counts, n_rows, policy("accuracy", 0.01, AT_FIRST_LOOK)) / 4000

    assert 0.04 < promoted < 0.06


def test_auc_at_the_margin_is_promoted_at_the_level_asked() -> None:
    found = false_promotion.differences("roc_auc", binormal(0.74, 0.75), (1000, 1000, 200), 1)

    assert 0.03 < false_promotion.promoted(found, 0.01, AT_FIRST_LOOK) / 1000 < 0.07


def test_equal_models_pass_on_the_planned_rows() -> None:
    n_rows = accuracy_rows(0.05, power.target(0.01))
    counts = discordant_counts(0.05, 0.0, n_rows, 4000, (1,))

    assert share_passing([check_primary], counts, n_rows, policy("accuracy", 0.01)) / 4000 > 0.89


def test_year_of_candidates_at_the_margin_keeps_its_budget() -> None:
    generator = np.random.default_rng(1)
    years = [year.errs(year.year(1000, 0.05, 0.0, generator), 1000) for _ in range(300)]
    counted, uncounted = np.mean(years, axis=0)

    assert counted <= WHOLE_ALPHA < 0.7 < uncounted


def test_anchor_stops_the_creep_that_fresh_holdouts_would_let_pass() -> None:
    held, free = (
        [creep.total_loss(creep.Run(np.random.default_rng(trial), has_anchor, is_fresh=True)) for trial in range(8)]
        for has_anchor in (True, False)
    )

    assert max(held) <= creep.POLICY.anchor_margin + 1e-12
    assert min(free) > 0.06


def test_slices_are_blamed_for_harm_and_hardly_without() -> None:
    harmless = slices.shares_blamed(0.10, [0.0] * 10, 1000, 1)
    harmed = slices.shares_blamed(0.10, [0.08] + [0.0] * 9, 300, 1)

    assert harmless[0] <= 50
    assert harmed[1] >= 285
