"""Rows that were trained on are no holdout."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from modelratchet.errors import DataError, ExitCode
from modelratchet.modeling.overlap import refuse_overlap
from modelratchet.modeling.splitting import Divided
from tests.samples.rows import PLAN, rows

KEYLESS = replace(PLAN, key=None)
TOLERATED = 0.02


def divided(n_train: int = 400, n_holdout: int = 200, **columns: object) -> Divided:
    whole = rows(n_train + n_holdout, **columns)
    return Divided(whole.iloc[:n_train].reset_index(drop=True), whole.iloc[n_train:].reset_index(drop=True))


def resent(parts: Divided, n_rows: int) -> Divided:
    """The same features and labels come again, later and under new keys."""
    copies = parts.train.head(n_rows)
    late = parts.holdout.copy()
    for name in ("price", "town", "sold"):
        late.loc[: n_rows - 1, name] = copies[name].to_numpy()
    return Divided(parts.train, late)


def refused(parts: Divided, plan: object = KEYLESS) -> DataError:
    with pytest.raises(DataError) as caught:
        refuse_overlap(parts, plan, TOLERATED)  # type: ignore[arg-type]
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.hint
    return caught.value


def test_a_single_shared_key_is_refused_and_named() -> None:
    parts = divided()
    parts.holdout.loc[3, "id"] = "r17"
    error = refused(parts, PLAN)
    assert "1 of 200 held-out rows" in error.message
    assert "'r17'" in error.message


def test_a_row_copied_into_the_holdout_is_refused_without_a_key() -> None:
    parts = divided()
    copied = Divided(parts.train, pd.concat([parts.holdout, parts.train.iloc[[7]]], ignore_index=True))
    message = refused(copied).message
    assert "1 of 201 held-out rows were trained on" in message
    assert "rows 200 of" in message


def test_rows_that_were_sent_again_later_are_refused() -> None:
    message = refused(resent(divided(price=np.arange(600.0)), 40)).message
    assert "40 of 200 held-out rows repeat a training row" in message
    assert "rows 0, 1, 2, 3, 4 of" in message


def test_a_few_equal_rows_are_let_pass() -> None:
    refuse_overlap(resent(divided(), 4), KEYLESS, TOLERATED)


def test_a_share_of_one_asks_for_the_very_same_row_only() -> None:
    refuse_overlap(resent(divided(), 200), KEYLESS, 1.0)


@pytest.mark.parametrize("seed", range(20))
def test_few_distinct_values_repeat_by_chance_and_are_no_overlap(seed: int) -> None:
    generator = np.random.default_rng(seed)
    price = generator.choice(np.geomspace(1.0, 1e4, 150).round(2), 600, p=generator.dirichlet(np.full(150, 0.5)))
    parts = divided(price=price)
    columns = ["price", "town", "sold"]
    repeated = parts.holdout[columns].merge(parts.train[columns].drop_duplicates(), on=columns)
    assert len(repeated) > 100
    refuse_overlap(parts, KEYLESS, TOLERATED)


def test_missing_values_are_equal_to_each_other() -> None:
    parts = divided(price=np.where(np.arange(600) == 7, np.nan, np.arange(600.0)))
    copied = Divided(parts.train, pd.concat([parts.holdout, parts.train.iloc[[7]]], ignore_index=True))
    assert "1 of 201 held-out rows were trained on" in refused(copied).message


def test_rows_of_a_sound_split_pass_with_and_without_a_key() -> None:
    for plan in (PLAN, KEYLESS):
        refuse_overlap(divided(), plan, TOLERATED)
