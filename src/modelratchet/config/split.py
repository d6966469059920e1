"""Block `split` of `params.yaml`: which rows are held out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from modelratchet.config.settings import Moment, Positive, Settings, Share


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
