"""How often the rule for the primary metric errs: `python -m benchmarks.decisions` (seeded, under two minutes on one core).

Holdouts are drawn from a pool that is the truth, and each is decided by the gate's own `check_primary` on the intervals of
`modeling.bootstrap.differences`. The margin is what the worse candidate really loses, so promoting it is an error that at most half of
one minus the confidence may make; promoting an equal model is what the rule is for. Beside it a rule without an interval:
promote when the measured loss is within the margin. The pairs' errors are independent: models that agree more, as a retrained one and its
champion do, are told apart on fewer rows.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.intervals import POOL, Case, cases
from modelratchet.core.evidence import Champion, Comparison, Difference, Evidence, Latency
from modelratchet.core.metrics import METRICS
from modelratchet.core.policy import Policy
from modelratchet.core.rules import check_primary
from modelratchet.core.statistics import wilson_interval
from modelratchet.core.verdict import Outcome
from modelratchet.modeling.bootstrap import Resampling, differences
from modelratchet.modeling.metrics import prepare

CONFIDENCE = 0.95
PRIMARIES = {"binary": ("roc_auc", "accuracy"), "multiclass": ("macro_f1",), "regression": ("rmse",)}
_UNTIMED = Latency(1, 0, 0.0, 0.0, None, None, None, None, None)


@dataclass(frozen=True)
class Decisions:
    """What was decided over `n_samples` holdouts; `within` counts those whose measured loss was within the margin."""

    outcomes: Counter[Outcome]
    within: int
    n_samples: int


def true_gain(case: Case, metric: str) -> float:
    """What the candidate gains on the whole pool; negative when it is worse."""
    candidate, champion = (float(prepare(case.truth, scores, [metric]).estimate()[0]) for scores in case.models)
    return METRICS[metric].direction.gain(candidate, champion)


def outcome_of(difference: Difference | None, n_rows: int, margin: float) -> Outcome:
    """The gate's answer to one comparison."""
    comparison = Comparison(
        bundle_digest="", holdout_digest="", champion=Champion("1", "", None), n_rows=n_rows, confidence=CONFIDENCE,
        incomparable="", differences=(difference,) if difference else (), slices=(), latency=_UNTIMED, changed_labels_share=None,
    )  # fmt: skip
    policy = Policy(difference.metric if difference else "", margin, 0.0, 1, 0, 0.0, 1.05, None, {})
    (finding,) = check_primary(Evidence("", None, None, None, comparison), policy)
    return finding.outcome


def decide(case: Case, metric: str, margin: float, n_rows: int, plan: tuple[int, int]) -> Decisions:
    """Decide `plan[0]` holdouts of `n_rows` rows each, drawn with the seed `plan[1]`."""
    n_samples, seed = plan
    generator, outcomes, within = np.random.default_rng([seed, n_rows]), Counter[Outcome](), 0
    for sample in range(n_samples):
        drawn = case.drawn(generator.integers(0, POOL, n_rows))
        candidate, champion = (prepare(drawn.truth, scores, [metric]) for scores in drawn.models)
        (difference,) = differences(candidate, champion, Resampling(CONFIDENCE, 1000, seed + sample))
        outcomes[outcome_of(difference, n_rows, margin)] += 1
        within += difference is not None and difference.gain > -margin
    return Decisions(outcomes, within, n_samples)


def pairs(seed: int) -> Iterator[tuple[str, float, Case, Case]]:
    """Yield metric, margin (the worse candidate's true loss), the worse pair and the equal pair."""
    by_name = {case.name: case for case in cases(np.random.default_rng(seed))}
    for task, metrics in PRIMARIES.items():
        worse, equal = by_name[f"{task}: gain, worse candidate"], by_name[f"{task}: gain, equal pair"]
        for metric in metrics:
            yield metric, -true_gain(worse, metric), worse, equal


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each metric, candidate and size of the holdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20130101)
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000])
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    titles = "metric | margin | candidate | true gain | rows | promoted | inconclusive | rejected | promoted by the point estimate"
    print(f"| {titles} |\n|{'---|' * 9}")
    for metric, margin, worse, equal in pairs(options.seed):
        for words, case in (("worse by the margin", worse), ("equal", equal)):
            for n_rows in options.rows:
                found = decide(case, metric, margin, n_rows, (options.samples, options.seed))
                promoted = _share(found.outcomes[Outcome.PASSED], found.n_samples)
                others = [f"{found.outcomes[o] / found.n_samples:.3f}" for o in (Outcome.INCONCLUSIVE, Outcome.FAILED)]
                cells = (metric, f"{margin:.4f}", words, f"{true_gain(case, metric):+.4f}", n_rows, promoted, *others)
                print(f"| {' | '.join(map(str, cells))} | {_share(found.within, found.n_samples)} |", flush=True)
    seconds = time.perf_counter() - started
    print(f"\n{options.samples} holdouts each, {CONFIDENCE:.0%} intervals, seed {options.seed}, {seconds:.0f} s")


def _share(count: int, n_samples: int) -> str:
    low, high = wilson_interval(count, n_samples, 0.95)
    return f"{count / n_samples:.3f} ({low:.3f}-{high:.3f})"


if __name__ == "__main__":
    main()
