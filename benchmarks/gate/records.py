"""Evidence made of drawn numbers, and what the gate's rules answer to it. Used by the simulations beside it."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from modelratchet.core.comparison import Comparison, Contest, Difference, Method, SliceDifference
from modelratchet.core.evidence import Evidence
from modelratchet.core.metrics import Direction
from modelratchet.core.policy import Claim, Policy
from modelratchet.core.standing import Champion, Standing
from modelratchet.core.statistics import wilson_interval
from modelratchet.core.verdict import Finding, Outcome

CHAMPION, ANCHOR = Champion("2", "champion", None), Champion("1", "anchor", None)
Rule = Callable[[Evidence, Policy], Iterator[Finding]]

WHOLE_ALPHA = 0.05
AT_FIRST_LOOK = WHOLE_ALPHA * math.pi**2 / 6.0
"""The budget whose first look is tested at 0.05."""


@dataclass(frozen=True)
class Looks:
    """How many candidates came before on this holdout and against this anchor, this one included."""

    holdout: int = 1
    anchor: int = 1


def policy(primary: str, margin: float, alpha: float = WHOLE_ALPHA) -> Policy:
    """A policy with the example's shape: the anchor's margin is 1.5 times the margin."""
    return Policy(
        primary=primary, claim=Claim.NON_INFERIOR, margin=margin, anchor_margin=1.5 * margin, guards={}, floors={}, alpha=alpha, power=0.9,
        slice_margin=0.03, slice_alpha=0.05, minimum_slice_rows=200, maximum_changed_labels=0, maximum_parity_share=0.0,
        maximum_latency_ratio=1.05, maximum_p50_ms=None, maximum_p95_ms=None, maximum_bundle_mb=None, maximum_memory_mb=None,
        maximum_start_s=None, maximum_calibration_error=None, maximum_churn=None, maximum_group_gap=None, requires_model_tests=False,
    )  # fmt: skip


def accuracy_difference(won: int, lost: int, n_rows: int) -> Difference:
    """What `modeling.paired` writes for such counts."""
    gain = (won - lost) / n_rows
    error = math.sqrt((won + lost - n_rows * gain**2) / (n_rows - 1) / n_rows)
    return Difference(
        metric="accuracy", direction=Direction.HIGHER, method=Method.SCORE, candidate=0.8 + gain, reference=0.8, gain=gain,
        standard_error=error, n_rows=n_rows, n_clusters=None, won=won, lost=lost, quantiles=(),
    )  # fmt: skip


def evidence(
    champion: Difference | None,
    anchor: Difference | None = None,
    looks: Looks = Looks(),
    slices: tuple[SliceDifference, ...] = (),
) -> Evidence:
    """A comparison and nothing else; without a difference from an anchor of its own the champion is the anchor."""
    contests = [
        Contest(reference, "", (difference,) if difference else (), (), None)
        for reference, difference in ((CHAMPION, champion), (ANCHOR, anchor))
    ]
    standing = Standing(CHAMPION, ANCHOR if anchor else CHAMPION, None, 2, "holdout", looks.holdout, looks.anchor)
    comparison = Comparison(
        "bundle", "holdout", 0, standing, replace(contests[0], slices=slices), contests[1] if anchor else None
    )
    return Evidence("bundle", None, None, None, comparison, None, None)


def passes(rules: Sequence[Rule], found: Evidence, asked: Policy) -> bool:
    """Whether none of these rules stands in the way of a promotion."""
    findings = [finding for rule in rules for finding in rule(found, asked)]
    return not {finding.outcome for finding in findings} & {Outcome.FAILED, Outcome.INCONCLUSIVE}


def share_passing(rules: Sequence[Rule], counts: np.ndarray, n_rows: int, asked: Policy) -> int:
    """How many of the drawn `(won, lost)` counts, `(n_trials, 2)`, pass the rules; equal counts are judged once."""
    pairs, times = np.unique(counts, axis=0, return_counts=True)
    verdicts = [passes(rules, evidence(accuracy_difference(int(w), int(x), n_rows)), asked) for w, x in pairs]
    return int(times[np.array(verdicts)].sum())


def discordant_counts(disagree: float, gain: float, n_rows: int, n_trials: int, seed: Sequence[int]) -> np.ndarray:
    """Draw `(won, lost)` for models that disagree on a share of the rows and differ by `gain`."""
    shares = [(disagree + gain) / 2.0, (disagree - gain) / 2.0, 1.0 - disagree]
    return np.random.default_rng(list(seed)).multinomial(n_rows, shares, size=n_trials)[:, :2]


def share(count: int, trials: int) -> str:
    """A share with its Wilson interval."""
    low, high = wilson_interval(count, trials, 0.95)
    return f"{count / trials:.4f} ({low:.4f} to {high:.4f})"


def table(*titles: str) -> None:
    """Print the head of a table."""
    print(f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}")


def line(*cells: object) -> None:
    """Print one line of it."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def arguments(doc: str | None, trials: int, given: Sequence[str] | None) -> argparse.Namespace:
    """The options that all simulations have."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--trials", type=int, default=trials)
    parser.add_argument("--seed", type=int, default=20130101)
    return parser.parse_args(given)
