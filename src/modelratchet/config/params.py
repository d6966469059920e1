"""The settings in `params.yaml`: one block a stage, so that DVC reruns only what an edit touches.

Unknown keys are refused. The classes are the reference for every key; `ratchet params` prints them as a JSON
schema. Reading and reporting faults is in `config.reading`.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from modelratchet.core.metrics import METRICS
from modelratchet.core.tasks import Task

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[int, Field(ge=1)]
ColumnName = Annotated[str, Field(min_length=1)]
ColumnNames = Annotated[tuple[ColumnName, ...], Field(strict=False)]
ModelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


class Settings(BaseModel):
    """Base of all blocks: frozen, strict about keys and types (`yes` is no number)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


class Ingest(Settings):
    """Where rows come from."""

    source: Literal["project", "csv", "parquet"] = Field(description="project calls rows() in pipeline/project.py")
    path: str | None = Field(
        None, description="a path, an http(s) URL or a glob; project: files whose change means new rows"
    )
    options: dict[str, Any] = Field(default_factory=dict, description="project: handed to rows() as keywords")

    @model_validator(mode="after")
    def _path_fits_source(self) -> Ingest:
        if self.path is None and self.source != "project":
            raise ValueError(f"path: missing, source {self.source} needs it")
        return self


class Columns(Settings):
    """What each column is. Columns that are not named here are dropped by ingest."""

    label: ColumnName
    positive: str | None = Field(
        None, description="binary: the label's value that counts as positive; default the last in sorted order"
    )
    key: ColumnName | None = Field(None, description="names a row for good; split by hash needs it")
    time: ColumnName | None = Field(None, description="when a row came to be; split by time needs it")
    numeric: ColumnNames = ()
    categorical: ColumnNames = ()

    @property
    def features(self) -> tuple[str, ...]:
        """All features, numbers first."""
        return self.numeric + self.categorical

    @model_validator(mode="after")
    def _columns_are_distinct(self) -> Columns:
        if not self.features:
            raise ValueError("at least one numeric or categorical column is needed")
        names = [self.label, *self.features]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"named more than once among label, numeric and categorical: {', '.join(doubled)}")
        return self


class CheckData(Settings):
    """Expectations beyond the ones that follow from `columns`."""

    suite: str | None = Field(None, description="a Great Expectations suite under expectations/, without .json")
    leak_tolerance: Share = Field(
        0.0, description="a feature that gives the label away on all but this share of rows is a leak"
    )


class Split(Settings):
    """Which rows are held out. A row never changes sides when data grows."""

    method: Literal["time", "hash"]
    holdout_from: dt.datetime | None = Field(
        None, strict=False, description="time: rows at or after this moment are held out"
    )
    holdout_share: Annotated[float, Field(gt=0.0, lt=1.0)] | None = Field(None, description="hash: the share held out")
    minimum_holdout_rows: Positive = Field(100, description="fewer held-out rows cannot decide anything")

    @field_validator("holdout_from", mode="before")
    @classmethod
    def _is_quoted(cls, moment: Any) -> Any:
        if isinstance(moment, dt.date):
            raise ValueError(  # noqa: TRY004 - pydantic reports ValueError
                f'found the date {moment}; write it in quotes, for DVC reads no dates: "{moment.isoformat()}"'
            )
        return moment

    @model_validator(mode="after")
    def _has_what_its_method_needs(self) -> Split:
        needed = "holdout_from" if self.method == "time" else "holdout_share"
        other = "holdout_share" if self.method == "time" else "holdout_from"
        if getattr(self, needed) is None or getattr(self, other) is not None:
            raise ValueError(f"method {self.method} needs {needed}, and not {other}")
        return self


class HistGradientBoosting(Settings):
    """Options of scikit-learn's histogram gradient boosting."""

    max_iter: Positive = 150
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    max_leaf_nodes: Annotated[int, Field(ge=2)] = 31
    min_samples_leaf: Positive = 20
    l2_regularization: Annotated[float, Field(ge=0.0)] = 0.0


class GradientBoosting(Settings):
    """Options of scikit-learn's exact gradient boosting; slow above some 50,000 rows."""

    n_estimators: Positive = 100
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    max_depth: Positive = 3
    min_samples_leaf: Positive = 1
    subsample: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0


class RandomForest(Settings):
    """Options of scikit-learn's random forest."""

    n_estimators: Positive = 100
    max_depth: Positive | None = 12
    min_samples_leaf: Positive = 5
    max_features: Annotated[float, Field(gt=0.0, le=1.0)] | Literal["sqrt", "log2"] = "sqrt"


class LogisticRegression(Settings):
    """Options of scikit-learn's logistic regression (regression: of ridge, with alpha = 1 / C)."""

    C: Annotated[float, Field(gt=0.0)] = 1.0
    max_iter: Positive = 300


class Train(Settings):
    """The estimator, and the options of each, so that one line changes it."""

    estimator: Literal[
        "hist_gradient_boosting", "gradient_boosting", "random_forest", "logistic_regression", "project"
    ] = Field(description="project calls estimator() in pipeline/project.py")
    hist_gradient_boosting: HistGradientBoosting = HistGradientBoosting()
    gradient_boosting: GradientBoosting = GradientBoosting()
    random_forest: RandomForest = RandomForest()
    logistic_regression: LogisticRegression = LogisticRegression()
    project: dict[str, Any] = Field(default_factory=dict, description="handed to estimator() as keywords")


class Evaluate(Settings):
    """What is measured on the holdout."""

    primary: str = Field(description="the metric that the gate holds against the champion")
    confidence: Annotated[float, Field(gt=0.5, lt=1.0)] = 0.95
    resamples: Annotated[int, Field(ge=100, le=20_000)] = 1000
    slices: ColumnNames = Field((), description="categorical columns whose categories are looked at one by one")

    @field_validator("primary")
    @classmethod
    def _is_metric(cls, name: str) -> str:
        if name not in METRICS:
            raise ValueError(f"found {name!r}; expected one of {', '.join(METRICS)}{_nearest(name, METRICS)}")
        return name


class Parity(Settings):
    """How close the ONNX graph has to be to the estimator."""

    tolerance: Annotated[float, Field(gt=0.0)] = 1e-5
    fuzz_rows: Annotated[int, Field(ge=0, le=200_000)] = 5000


class Compare(Settings):
    """How candidate and champion are timed in turns."""

    rows_per_call: Positive = 1
    calls: Annotated[int, Field(ge=200, le=200_000)] = 2000


class Gate(Settings):
    """What has to hold for a promotion. Only the `decide` stage reads it: an edit retrains nothing."""

    margin: Annotated[float, Field(ge=0.0)] = Field(
        description="the primary metric may be this much worse than the champion's"
    )
    slice_margin: Annotated[float, Field(ge=0.0)] = Field(description="the same for one slice")
    minimum_slice_rows: Positive = 200
    maximum_changed_labels: Annotated[int, Field(ge=0)] = Field(
        0, description="rows on which ONNX may answer another label"
    )
    maximum_parity_share: Share = Field(
        0.0, description="share of rows whose scores may differ by more than the tolerance"
    )
    maximum_latency_ratio: Annotated[float, Field(gt=0.0)] = Field(
        1.05, description="candidate's median time over the champion's"
    )
    maximum_latency_ms: Annotated[float, Field(gt=0.0)] | None = Field(
        None, description="budget of the candidate's median time"
    )
    floors: dict[str, float] = Field(default_factory=dict, description="metric: the worst value that may be promoted")

    @field_validator("floors", mode="before")
    @classmethod
    def _are_metrics(cls, floors: Any) -> Any:
        unknown = sorted(set(floors) - set(METRICS)) if isinstance(floors, dict) else []
        if unknown:
            raise ValueError(
                f"found {', '.join(map(repr, unknown))}; expected metrics: {', '.join(METRICS)}{_nearest(unknown[0], METRICS)}"
            )
        return floors


class Params(Settings):
    """All of `params.yaml`."""

    model: ModelName
    task: Task = Field(strict=False)
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 20130101
    ingest: Ingest
    columns: Columns
    check_data: CheckData = CheckData()
    split: Split
    train: Train
    evaluate: Evaluate
    parity: Parity = Parity()
    compare: Compare = Compare()
    gate: Gate


def _nearest(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.4)
    return f"; did you mean {close[0]}?" if close else ""
