"""Ratios of time quantiles of calls made in turns, with block-bootstrap intervals. Pure; called by `modeling.latency`.

Calls next to each other share whatever the machine was doing, so single calls are not independent; blocks of neighbouring
turns nearly are, and they are what is drawn. All series keep the same blocks: what slowed all of them cancels out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelratchet.core.latency import Ratio
from modelratchet.core.statistics import FloatArray, IntArray, percentile_interval

N_BLOCKS = 40
MINIMUM_TURNS = 3 * N_BLOCKS
"""With fewer turns a block is a call or two and the 95th percentile one of the largest six: their intervals promise too much."""
_N_RESAMPLES = 2000


@dataclass(frozen=True)
class Blocks:
    """How often each block of turns was drawn in each resample, `(n_resamples, n_blocks)`, and the block of each turn, `(n_turns,)`."""

    counts: IntArray
    of_turn: IntArray


def draw_blocks(n_turns: int, seed: Sequence[int]) -> Blocks:
    """Cut the turns into blocks of neighbours, as equal as can be, and draw as many of them with replacement.

    Forty blocks whatever the number of turns: more turns make longer blocks, which hold longer disturbances whole, while the interval of
    forty draws is wide enough by itself (of twenty it would be too narrow by some 4 %).

    Args:
        n_turns: at least 2; blocks are single turns where there are fewer than forty.
        seed: what the draws depend on.

    Source: Carlstein, "The use of subseries values for estimating the variance of a general statistic from a stationary sequence", Annals of
    Statistics 14 (1986): blocks that do not overlap.
    """
    n_blocks = min(N_BLOCKS, n_turns)
    drawn = np.random.default_rng(list(seed)).integers(0, n_blocks, size=(_N_RESAMPLES, n_blocks))
    drawn += np.arange(_N_RESAMPLES)[:, None] * n_blocks
    counts = np.bincount(drawn.ravel(), minlength=_N_RESAMPLES * n_blocks).reshape(_N_RESAMPLES, n_blocks)
    return Blocks(counts, np.arange(n_turns, dtype=np.int64) * n_blocks // n_turns)


def quantile_ratios(
    ours: FloatArray, theirs: FloatArray, quantiles: Sequence[float], blocks: Blocks, confidence: float
) -> tuple[Ratio, ...]:
    """Ours over theirs at each quantile; both are drawn together.

    Args:
        ours: times `(n_turns,)`, any unit, in the order measured.
        theirs: times of the same turns.
        quantiles: shares, 0 to 1 exclusive.
        blocks: from `draw_blocks` with as many turns.
        confidence: share, 0 to 1 exclusive.
    """
    resampled = resampled_quantiles(ours, quantiles, blocks) / resampled_quantiles(theirs, quantiles, blocks)
    ratios = []
    for quantile, values in zip(quantiles, resampled, strict=True):
        interval = percentile_interval(values, confidence)
        value = quantile_of(ours, quantile) / quantile_of(theirs, quantile)
        ratios.append(Ratio(quantile, value, interval.low, interval.high))
    return tuple(ratios)


def quantile_of(times: FloatArray, quantile: float) -> float:
    """The smallest time that at least this share of the calls did not exceed."""
    return float(np.quantile(times, quantile, method="inverted_cdf"))


def resampled_quantiles(times: FloatArray, quantiles: Sequence[float], blocks: Blocks) -> FloatArray:
    """The quantile of every resample, `(n_quantiles, n_resamples)`, without building the resamples.

    A resample is a weight for each block, so the calls at or below a time are counted by a table of how many each block has there; the
    smallest time with enough of them is found by bisection, in all resamples at once. It equals `quantile_of` on the calls drawn.
    """
    order = np.argsort(times, kind="stable")
    sorted_times, block = times[order], blocks.of_turn[order]
    below = np.zeros((len(times), blocks.counts.shape[1]), dtype=np.int32)
    below[np.arange(len(times)), block] = 1
    np.cumsum(below, axis=0, out=below)
    totals = blocks.counts @ below[-1]
    return np.stack([sorted_times[_first_with(below, blocks.counts, quantile * totals)] for quantile in quantiles])


def block_spread(times: FloatArray, blocks: Blocks) -> float:
    """Standard deviation of the blocks' medians, as a share of their median: how much the machine's speed changed meanwhile."""
    starts = np.flatnonzero(np.diff(blocks.of_turn)) + 1
    medians = np.array([np.median(part) for part in np.split(times, starts)])
    return float(np.std(medians, ddof=1) / np.median(medians))


def _first_with(below: NDArray[np.int32], counts: IntArray, wanted: FloatArray) -> IntArray:
    """For each resample the first place in the sorted calls that has at least so many drawn calls up to it."""
    low, high = np.zeros(len(counts), dtype=np.int64), np.full(len(counts), len(below) - 1, dtype=np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        # a share of a whole number of calls may come out a hair too large
        is_enough = np.einsum("rb,rb->r", counts, below[middle]) >= wanted - 1e-9 * wanted
        low, high = np.where(is_enough, low, middle + 1), np.where(is_enough, middle, high)
    return low
