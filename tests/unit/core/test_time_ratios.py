"""Quantiles of resamples without building them, and what the intervals promise."""

import numpy as np
import pytest

from modelratchet.core.time_ratios import (
    N_BLOCKS,
    block_spread,
    draw_blocks,
    quantile_of,
    quantile_ratios,
    resampled_quantiles,
)

QUANTILES = (0.5, 0.95)


def _times(n_turns: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(sigma=0.3, size=n_turns)


@pytest.mark.parametrize("n_turns", [2, 39, 40, 403, 2000])
def test_resampled_quantiles_are_those_of_the_blocks_put_together(n_turns: int) -> None:
    times, blocks = np.round(_times(n_turns), 2), draw_blocks(n_turns, [2])
    found = resampled_quantiles(times, QUANTILES, blocks)
    for resample in range(20):
        drawn = [times[blocks.of_turn == block] for block, n in enumerate(blocks.counts[resample]) for _ in range(n)]
        expected = [quantile_of(np.concatenate(drawn), quantile) for quantile in QUANTILES]
        assert found[:, resample].tolist() == expected


@pytest.mark.parametrize("n_turns", [40, 403, 100_000])
def test_blocks_are_neighbours_and_differ_by_one_turn_at_most(n_turns: int) -> None:
    blocks = draw_blocks(n_turns, [2])
    assert (np.diff(blocks.of_turn) >= 0).all()
    assert np.ptp(np.bincount(blocks.of_turn, minlength=N_BLOCKS)) <= 1
    assert (blocks.counts.sum(axis=1) == N_BLOCKS).all()


def test_a_series_over_itself_is_one_without_doubt() -> None:
    times = _times(500)
    for ratio in quantile_ratios(times, times, QUANTILES, draw_blocks(500, [3]), 0.95):
        assert (ratio.value, ratio.low, ratio.high) == (1.0, 1.0, 1.0)


def test_what_slows_all_for_a_while_cancels_out() -> None:
    ours, theirs = _times(2000, 1), _times(2000, 2)
    slowed = np.where(np.arange(2000) // 200 % 2 == 0, 3.0, 1.0)
    (ratio,) = quantile_ratios(ours * slowed, theirs * slowed, [0.5], draw_blocks(2000, [3]), 0.95)
    assert 0.9 < ratio.low < 1.0 < ratio.high < 1.1


def test_intervals_hold_the_truth_as_often_as_they_promise() -> None:
    n_turns, inside = 400, np.zeros(2)
    for sample in range(100):
        ours, theirs = 1.1 * _times(n_turns, 2 * sample), _times(n_turns, 2 * sample + 1)
        ratios = quantile_ratios(ours, theirs, QUANTILES, draw_blocks(n_turns, [sample]), 0.95)
        inside += [ratio.low <= 1.1 <= ratio.high for ratio in ratios]
    assert (inside / 100 >= 0.88).all()
    assert (inside / 100 < 1.0).all()


def test_spread_is_of_the_machines_speed_not_of_single_calls() -> None:
    steady = _times(40_000)
    waves = steady * np.where(np.arange(40_000) < 20_000, 1.0, 1.5)
    blocks = draw_blocks(40_000, [1])
    assert block_spread(steady, blocks) < 0.03
    assert block_spread(waves, blocks) == pytest.approx(0.2, abs=0.03)
