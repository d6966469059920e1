"""Whether rows that a model is judged on were also trained on. Called by the `split` stage, and by `evaluate` again, for files can be edited.

Two questions. *The same row on both sides*: rows are known by `columns.key`, else by their time with all features and the label;
the split puts equal ones on one side, so a single one refuses. *A like row on both sides*, asked only without a key: equal in all features and the
label. Rows with few distinct values repeat by chance, so what is refused is more than chance explains.

Nothing is said of the champion: its manifest holds a digest of its training rows, not the rows. One that was trained on rows that are held out now looks
better than it is; that makes promotion harder, never easier.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from modelratchet.errors import DataError
from modelratchet.modeling.converting import listed
from modelratchet.modeling.plans import ColumnPlan
from modelratchet.modeling.splitting import Divided

# how seldom an honest split may be refused
_FALSE_ALARM = 1e-3
_SAMPLE = 5


def refuse_overlap(divided: Divided, plan: ColumnPlan, maximum_share: float) -> None:
    """Refuse a holdout that repeats training rows.

    Args:
        divided: both sides.
        plan: which columns name a row.
        maximum_share: 0 to 1; held-out rows that may repeat training rows beyond what chance explains. 1 asks for the same row only.

    Raises:
        DataError: says how many rows, which, and what to do.
    """
    if plan.key is not None:
        _refuse_shared_keys(divided, plan.key)
        return
    if plan.time is not None:
        _refuse_shared_rows(divided, (plan.time, *plan.features, plan.label))
    if maximum_share < 1.0:
        _refuse_repeats(divided, (*plan.features, plan.label), maximum_share)


def _refuse_shared_keys(divided: Divided, key: str) -> None:
    shared = divided.holdout[key][divided.holdout[key].isin(divided.train[key])]
    if len(shared):
        raise DataError(
            f"{len(shared):,} of {len(divided.holdout):,} held-out rows were trained on: their {key} stands among the training rows too, "
            f"{listed(list(shared))}",
            hint=f"A key names one row for good: make {key} distinct at the source, then `ratchet run` divides the rows anew.",
        )


def _refuse_shared_rows(divided: Divided, columns: tuple[str, ...]) -> None:
    shared = np.isin(_row_hashes(divided.holdout, columns), _row_hashes(divided.train, columns))
    if shared.any():
        raise DataError(
            f"{np.count_nonzero(shared):,} of {len(shared):,} held-out rows were trained on: equal to a training row in {columns[0]}, every "
            f"feature and the label; {_positions(shared)}",
            hint="The split puts equal times on one side, so the files were changed since: `ratchet run split --force` divides the rows anew.",
        )


def _refuse_repeats(divided: Divided, columns: tuple[str, ...], maximum_share: float) -> None:
    """Compare with how often training rows repeat each other.

    Source: Good, "The population frequencies of species", Biometrika 40 (1953): a new draw is one that was seen with a probability
    of about one less the share of rows seen once.
    """
    train, holdout = _row_hashes(divided.train, columns), _row_hashes(divided.holdout, columns)
    repeated = np.isin(holdout, train)
    count, by_chance = int(np.count_nonzero(repeated)), _share_seen_again(train)
    limit = int(binom.ppf(1.0 - _FALSE_ALARM, len(repeated), min(1.0, by_chance + maximum_share)))
    if count > limit:
        raise DataError(
            f"{count:,} of {len(repeated):,} held-out rows repeat a training row in every feature and the label ({count / len(repeated):.1%}); "
            f"{by_chance:.1%} of the training rows repeat another one, which explains up to {limit:,}; {_positions(repeated)}",
            hint="Drop the copies at the source, or name columns.key. If such rows do come again, raise split.maximum_overlap_share.",
        )


def _share_seen_again(hashes: NDArray[np.uint64]) -> float:
    _, counts = np.unique(hashes, return_counts=True)
    return 1.0 - np.count_nonzero(counts == 1) / len(hashes)


def _row_hashes(rows: pd.DataFrame, columns: tuple[str, ...]) -> NDArray[np.uint64]:
    return pd.util.hash_pandas_object(rows[list(columns)], index=False).to_numpy()


def _positions(found: NDArray[np.bool_]) -> str:
    rows = np.flatnonzero(found)[:_SAMPLE]
    return f"the first are rows {', '.join(map(str, rows))} of the held-out ones, counted from 0"
