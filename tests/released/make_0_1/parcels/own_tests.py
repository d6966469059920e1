"""What a model of late parcels has to do: copied to `tests/model` of the project, and run by its pipeline."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest


@pytest.fixture
def far_and_near(holdout: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return holdout.assign(distance_km=890.0).head(200), holdout.assign(distance_km=10.0).head(200)


def test_parcels_that_go_far_are_late_more_often(
    predict_proba: Callable[[pd.DataFrame], pd.DataFrame], far_and_near: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    far, near = (predict_proba(frame)["yes"].mean() for frame in far_and_near)

    assert far > near


@pytest.mark.skip(reason="no bank holiday among the rows")
def test_parcels_before_a_holiday_are_late_more_often() -> None:
    raise AssertionError
