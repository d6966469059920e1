"""The settings in `params.yaml`: one block a stage, so that DVC reruns only what an edit touches.

Unknown keys are refused. The classes are the reference for every key; `ratchet params` prints them as a JSON
schema. Reading and reporting faults is in `config.reading`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from modelratchet.config.estimator_params import (
    GradientBoosting,
    HistGradientBoosting,
    LogisticRegression,
    RandomForest,
)
from modelratchet.config.gate_params import Gate
from modelratchet.config.metric_names import refuse_unknown_metrics
from modelratchet.config.retraining import Retrain
from modelratchet.config.serving import Serving
from modelratchet.config.settings import ColumnName, ColumnNames, ModelName, Moment, Positive, Settings, Share
from modelratchet.core.tasks import Task


class Ingest(Settings):
    """Where rows come from."""

    source: Literal["project", "csv", "parquet"] = Field(description="project calls rows() in pipeline/project.py")
    path: str | None = Field(
        None, description="a path, an http(s) URL or a glob; project: files whose change means new rows"
    )
    options: dict[str, Any] = Field(default_factory=dict, description="project: handed to rows() as keywords")
    since: Moment | None = Field(None, description="rows before this moment are left out; by columns.time")
    until: Moment | None = Field(None, description="rows at or after this moment are left out; by columns.time")

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
    kept: ColumnNames = Field(
        (), description="no features, kept all the same: for compare.cluster and evaluate.groups, say"
    )

    @property
    def features(self) -> tuple[str, ...]:
        """All features, numbers first."""
        return self.numeric + self.categorical

    @model_validator(mode="after")
    def _columns_are_distinct(self) -> Columns:
        if not self.features:
            raise ValueError("at least one numeric or categorical column is needed")
        names = [self.label, *self.features, *self.kept]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"named more than once among label, numeric, categorical and kept: {', '.join(doubled)}")
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
    holdout_from: Moment | None = Field(None, description="time: rows at or after this moment are held out")
    holdout_share: Annotated[float, Field(gt=0.0, lt=1.0)] | None = Field(None, description="hash: the share held out")
    minimum_holdout_rows: Positive = Field(100, description="fewer held-out rows cannot decide anything")
    maximum_overlap_share: Share = Field(
        0.02,
        description="without columns.key: held-out rows that may repeat training rows, beyond what training rows repeat each other",
    )

    @model_validator(mode="after")
    def _has_what_its_method_needs(self) -> Split:
        needed = "holdout_from" if self.method == "time" else "holdout_share"
        other = "holdout_share" if self.method == "time" else "holdout_from"
        if getattr(self, needed) is None or getattr(self, other) is not None:
            raise ValueError(f"method {self.method} needs {needed}, and not {other}")
        return self


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
    groups: ColumnNames = Field((), description="categorical or kept columns whose categories are to be treated alike")
    calibration_bins: Annotated[int, Field(ge=2, le=100)] = 15

    @field_validator("primary")
    @classmethod
    def _is_metric(cls, name: str) -> str:
        refuse_unknown_metrics([name])
        return name


class Parity(Settings):
    """How close the ONNX graph has to be to the estimator."""

    tolerance: Annotated[float, Field(gt=0.0)] = 1e-5
    fuzz_rows: Annotated[int, Field(ge=0, le=200_000)] = 5000


class Compare(Settings):
    """How candidate, champion and anchor are held against each other."""

    cluster: ColumnName | None = Field(
        None, description="a column whose rows belong together (a day, a customer): they are resampled together"
    )
    resamples: Annotated[int, Field(ge=200, le=20_000)] = 2000


class Latency(Settings):
    """How candidate and champion are timed in turns."""

    rows_per_call: Positive = 1
    calls: Annotated[int, Field(ge=400, le=200_000)] = Field(2000, description="calls of each model to start with")
    seconds: Annotated[float, Field(gt=0.0, le=3600.0)] = Field(
        15.0, description="measure longer, up to this, while the machine is too noisy to tell"
    )
    server: bool = Field(True, description="time requests through the real server too, its memory and its start")


class Promotion(Settings):
    """How promotions are recorded. No stage reads it."""

    valid_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        90, description="days until a promotion has to be renewed or replaced to count as proof"
    )


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
    latency: Latency = Latency()
    promotion: Promotion = Promotion()
    retrain: Retrain = Retrain()
    serving: Serving = Serving()
    gate: Gate
