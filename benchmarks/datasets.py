"""Real rows for benchmarks, with values knocked out at random: flights, wine and diabetes. Seeded, no network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes, load_wine

from modelratchet.config.reading import load_params
from modelratchet.core.tasks import Task
from modelratchet.modeling.plans import ColumnPlan
from modelratchet.wiring.columns import column_plan
from pipeline import project

_MISSING_SHARE = 0.05
_HOLDOUT_SHARE = 0.3


@dataclass(frozen=True)
class Dataset:
    """Training and held-out rows, and what each column is for."""

    name: str
    plan: ColumnPlan
    train: pd.DataFrame
    holdout: pd.DataFrame


def datasets(n_flights: int) -> tuple[Dataset, ...]:
    """All three; `n_flights` rows of the example's first months."""
    plan = column_plan(load_params())
    flights = project.rows(first_month=1, last_month=4).sample(n_flights, random_state=0).reset_index(drop=True)
    return (
        _divided("flights", plan, flights),
        _bundled("wine", Task.MULTICLASS, load_wine(as_frame=True).frame),
        _bundled("diabetes", Task.REGRESSION, load_diabetes(as_frame=True).frame),
    )


def _bundled(name: str, task: Task, rows: pd.DataFrame) -> Dataset:
    numeric = tuple(str(column) for column in rows.columns if column != "target")
    plan = ColumnPlan(task, "target", None, None, None, numeric, ())
    return _divided(name, plan, rows.sample(frac=1.0, random_state=0).reset_index(drop=True))


def _divided(name: str, plan: ColumnPlan, rows: pd.DataFrame) -> Dataset:
    generator = np.random.default_rng(0)
    features = [*plan.numeric, *plan.categorical]
    kept = rows.copy()
    kept[features] = rows[features].mask(generator.random((len(rows), len(features))) < _MISSING_SHARE)
    first_held_out = round(len(kept) * (1 - _HOLDOUT_SHARE))
    return Dataset(name, plan, kept.iloc[:first_held_out], kept.iloc[first_held_out:])
