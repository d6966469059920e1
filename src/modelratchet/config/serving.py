"""Block `serving` of `params.yaml`: how the served model treats its callers. Part of `config.params`; no stage reads it.

`wiring.deployments` turns it into `serving.json`. The defaults are those of a server that finds no such file; a test holds them equal.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from modelratchet.config.settings import ColumnNames, Positive, Settings, Share

Choice = Literal["allow", "refuse"]


class PredictionLog(Settings):
    """What goes to the prediction log, where there is one."""

    share: Share = Field(1.0, description="share of the requests that are logged")
    redact: ColumnNames = Field((), description="features whose values are left out")
    flush_seconds: Annotated[float, Field(gt=0.0, le=3600.0)] = Field(
        5.0, description="what a kill loses at most, in time"
    )
    queue_rows: Positive = Field(100_000, description="rows that may wait to be written; more are dropped and counted")


class Serving(Settings):
    """How the served model treats its callers. Only packaging and serving read it: an edit retrains and judges nothing."""

    unseen_categories: Choice = Field("allow", description="a category that training never saw; counted in any case")
    out_of_range: Choice = Field("allow", description="a number beyond the training rows' range; counted in any case")
    maximum_rows: Positive = Field(10_000, description="rows of one request")
    maximum_body_bytes: Annotated[int, Field(ge=1024)] = Field(16_777_216, description="size of one request")
    deadline_seconds: Annotated[float, Field(gt=0.0, le=3600.0)] = Field(10.0, description="after that a request ends")
    log: PredictionLog = PredictionLog()
