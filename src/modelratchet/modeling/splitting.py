"""Divides rows into training and holdout, so that a row never changes sides when data grows. The split stage calls it.

Law: whether a row is held out depends on its own time, or on its own key and the seed, and on no other row.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.errors import DataError
from modelratchet.modeling.converting import listed
from modelratchet.modeling.cutting import stored_moment
from modelratchet.modeling.plans import ColumnPlan

_DIGEST_SIZE = 8


@dataclass(frozen=True)
class Divided:
    """Both sides, each in the order of the rows it came from, with a fresh index."""

    train: pd.DataFrame
    holdout: pd.DataFrame


def held_out_by_time(times: pd.Series, holdout_from: dt.datetime) -> NDArray[np.bool_]:
    """Hold out the rows at or after a moment; bool `(n_rows,)`.

    Stored times have no zone. A `holdout_from` with one is turned to UTC, like zoned times are when rows are ingested.

    Raises:
        DataError: a time is missing.
    """
    _refuse_missing(times.isna(), times.name, "time")
    return (times >= pd.Timestamp(stored_moment(holdout_from))).to_numpy(dtype=bool)


def held_out_by_key(keys: pd.Series, share: float, seed: int) -> NDArray[np.bool_]:
    """Hold out the rows whose hash falls into the lowest `share` of all hashes; bool `(n_rows,)`.

    A larger share with the same seed holds out the same rows and more.

    Args:
        keys: text that names a row for good.
        share: 0 to 1, of hashes; of n rows it is met to within some sqrt(share (1 - share) / n).
        seed: another seed draws other rows.

    Raises:
        DataError: a key is missing.

    Source:
        BLAKE2b, RFC 7693, of `SEED:KEY` in UTF-8; the first eight bytes as a big-endian number.
    """
    _refuse_missing(keys.isna() | (keys == ""), keys.name, "key")
    prefix = f"{seed}:".encode()
    joined = b"".join(hashlib.blake2b(prefix + key.encode(), digest_size=_DIGEST_SIZE).digest() for key in keys)
    numbers = np.frombuffer(joined, dtype=">u8")
    return (numbers / 2.0**64 < share).astype(bool)


def divide(rows: pd.DataFrame, is_held_out: NDArray[np.bool_], plan: ColumnPlan, minimum_holdout_rows: int) -> Divided:
    """Part the rows and refuse sides that nothing can be learned from or decided on.

    Args:
        rows: as ingested.
        is_held_out: bool `(n_rows,)`.
        plan: says which column is the label.
        minimum_holdout_rows: fewer cannot decide anything.

    Raises:
        DataError: a side is too small, or lacks classes.
    """
    divided = Divided(rows[~is_held_out].reset_index(drop=True), rows[is_held_out].reset_index(drop=True))
    n_train, n_holdout = len(divided.train), len(divided.holdout)
    span = _span(rows, plan)
    if n_holdout < minimum_holdout_rows:
        raise DataError(
            f"{n_holdout:,} of {len(rows):,} rows are held out, expected at least {minimum_holdout_rows:,}{span}",
            hint="Hold out more (split.holdout_from or split.holdout_share), bring more rows, or lower split.minimum_holdout_rows.",
        )
    if n_train == 0:
        raise DataError(
            f"all {len(rows):,} rows are held out, none is left to train on{span}",
            hint="Hold out less: mend split.holdout_from or split.holdout_share.",
        )
    if plan.task.is_classification:
        _check_classes(divided, plan.label)
    elif divided.train[plan.label].nunique() < 2:
        raise DataError(
            f"label {plan.label} has the same value in all {n_train:,} training rows", hint="Bring more rows."
        )
    return divided


def _check_classes(divided: Divided, label: str) -> None:
    train, holdout = sorted(set(divided.train[label])), sorted(set(divided.holdout[label]))
    hint = "Move split.holdout_from or change split.holdout_share or seed, or bring more rows of that class."
    for side, classes in (("training", train), ("held-out", holdout)):
        if len(classes) < 2:
            raise DataError(
                f"label {label} has one class only in the {side} rows, {classes[0]!r}, expected two or more", hint=hint
            )
    unseen = [name for name in holdout if name not in train]
    if unseen:
        count = int(divided.holdout[label].isin(unseen).sum())
        raise DataError(
            f"label {label} has classes in {count:,} held-out rows that no training row has: {listed(unseen)}; training has "
            f"{listed(train)}",
            hint=hint,
        )


def _span(rows: pd.DataFrame, plan: ColumnPlan) -> str:
    if plan.time is None:
        return ""
    return f"; {plan.time} goes from {rows[plan.time].min()} to {rows[plan.time].max()}"


def _refuse_missing(is_missing: pd.Series, name: object, what: str) -> None:
    if is_missing.any():
        raise DataError(
            f"column {name}: the {what} is missing in {is_missing.sum():,} of {len(is_missing):,} rows, and the split needs it",
            hint="Run the ingest stage again; it refuses such rows.",
        )
