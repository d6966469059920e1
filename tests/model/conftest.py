"""What the tests of the flights' model share. Put tests of your own model in place of these: docs/how-to/model-tests.md."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from modelratchet.core.schema import Schema

ChanceOfLate = Callable[[pd.DataFrame], pd.Series]


@pytest.fixture(autouse=True)
def _about_flights(schema: Schema) -> None:
    """Skip for the model of another project, which took over this folder with the rest of the example."""
    if schema.label != "late":
        pytest.skip(f"tests/model is about flights, the candidate foretells {schema.label}: write tests of your own")


@pytest.fixture
def chance_of_late(predict_proba: Callable[[pd.DataFrame], pd.DataFrame]) -> ChanceOfLate:
    """The probability, 0 to 1, that a flight is late."""
    return lambda flights: predict_proba(flights)["1"]


@pytest.fixture
def some_flights(holdout: pd.DataFrame) -> pd.DataFrame:
    """Enough for a mean, few enough to be quick; the same ones each time."""
    return holdout.sample(min(len(holdout), 3000), random_state=20130101)
