"""What all blocks of `params.yaml` are made of: their base, and the kinds of values that several of them take."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from modelratchet.core.tasks import Task

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[int, Field(ge=1)]
ColumnName = Annotated[str, Field(min_length=1)]
ColumnNames = Annotated[tuple[ColumnName, ...], Field(strict=False)]
Limit = Annotated[float, Field(gt=0.0)] | None
ModelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
TaskName = Annotated[Task, Field(strict=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
DEFAULT_SEED = 20130101


def _refuse_bare_date(moment: Any) -> Any:
    if isinstance(moment, dt.date):
        raise ValueError(  # noqa: TRY004 - pydantic reports ValueError
            f'found the date {moment}; write it in quotes, for DVC reads no dates: "{moment.isoformat()}"'
        )
    return moment


Moment = Annotated[dt.datetime, Field(strict=False), BeforeValidator(_refuse_bare_date)]


class Settings(BaseModel):
    """Base of all blocks: frozen, strict about keys and types (`yes` is no number)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)
