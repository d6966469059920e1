"""Block `compare` of `params.yaml`: how candidate, champion and anchor are held against each other."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modelratchet.config.settings import ColumnName, Settings


class Compare(Settings):
    """How candidate, champion and anchor are held against each other."""

    cluster: ColumnName | None = Field(
        None, description="a column whose rows belong together (a day, a customer): they are resampled together"
    )
    resamples: Annotated[int, Field(ge=200, le=20_000)] = 2000
