"""Small rows with their plan, for tests of everything between source and split."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from modelratchet.core.tasks import Task
from modelratchet.modeling.plans import ColumnPlan

PLAN = ColumnPlan(
    task=Task.BINARY, label="sold", positive="yes", key="id", time="at", numeric=("price",), categorical=("town",)
)


def plan(**changes: Any) -> ColumnPlan:
    return replace(PLAN, **changes)


def rows(n: int = 40, **columns: Any) -> pd.DataFrame:
    """Sound rows; a keyword replaces a column, None drops it."""
    generator = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "id": [f"r{number}" for number in range(n)],
            "at": pd.date_range("2024-01-01", periods=n, freq="D"),
            "price": generator.normal(100.0, 10.0, n).round(2),
            "town": generator.choice(["Bath", "York", "Ely"], n),
            "sold": generator.choice(["yes", "no"], n),
        }
    )
    for name, values in columns.items():
        frame = frame.drop(columns=name) if values is None else frame.assign(**{name: values})
    return frame
