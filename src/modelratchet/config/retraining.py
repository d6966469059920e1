"""Block `retrain` of `params.yaml`: how `ratchet retrain` moves the window of rows. Part of `config.params`; no stage reads it.

`config.window_keys` writes the window into the file by it.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from modelratchet.config.settings import Settings
from modelratchet.core.periods import Unit

Periods = Annotated[int, Field(ge=1, le=5000)]
SINCE, UNTIL, HOLDOUT_FROM = "ingest.since", "ingest.until", "split.holdout_from"
_KEY = r"^ingest\.(since|until|options\.[^.]+)$"
_HINT = "`ratchet retrain` moves it: write"


class Edge(Settings):
    """Which end of the window a key holds, and how it is written."""

    edge: Literal["first", "holdout", "last", "until"] = Field(
        description="first, holdout, last: where that period begins; until: where the last one ends"
    )
    form: Annotated[str, Field(pattern="%[A-Za-z]")] | None = Field(
        None, description="strftime; default the whole moment"
    )


class Retrain(Settings):
    """How `ratchet retrain` moves the window of rows. No stage reads it: an edit runs nothing."""

    period: Unit | None = Field(None, strict=False, description="how far the window moves; retraining needs it")
    holdout_periods: Periods = Field(1, description="the newest whole periods, held out")
    training_periods: Periods | None = Field(None, description="periods before them to train on; default all")
    maximum_gap_hours: Annotated[float, Field(gt=0.0, le=87_600.0)] = Field(
        24.0, description="a period with a longer stretch without rows is not whole"
    )
    wait_days: Annotated[float, Field(ge=0.0, le=3650.0)] = Field(
        0.0, description="days after its end in which rows of a period may still come in"
    )
    time_zone: str | None = Field(None, description="by whose clocks periods begin, Europe/Berlin say; default UTC")
    merge: Literal["never", "promote"] = Field(
        "never", description="whether a retrained model whose verdict is promote needs no review"
    )
    moves: dict[Annotated[str, Field(pattern=_KEY)], Edge] = Field(
        default_factory=dict, description="keys of ingest that hold an edge of the window"
    )

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        if name is not None:
            zone_of(name)
        return name

    @property
    def edges(self) -> dict[str, Edge]:
        """Every key that is moved. Where none is named the window is cut by `ingest.until`, and by `ingest.since` if old rows are left out."""
        moved = self.moves
        if not moved:
            since = {SINCE: Edge(edge="first")} if self.training_periods is not None else {}
            moved = {**since, UNTIL: Edge(edge="until")}
        return {**moved, HOLDOUT_FROM: Edge(edge="holdout")}


def zone_of(name: str | None) -> dt.tzinfo:
    """The zone of that name.

    Raises:
        ValueError: this machine knows none of that name.
    """
    try:
        return zoneinfo.ZoneInfo(name) if name else dt.UTC
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"found {name!r}, expected a time zone that this machine knows, like Europe/Berlin") from error


def retrain_faults(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line for each key that retraining would move and does not find. Part of `config.cross_checks`."""
    block, ingest, split = (_mapping(data.get(name)) for name in ("retrain", "ingest", "split"))
    if block.get("period") is None:
        return
    if split.get("method") == "hash":
        yield "retrain.period: set, but split.method is hash; only a split by time has a window to move"
        return
    moved = _mapping(block.get("moves"))
    implied = () if moved else (UNTIL, *((SINCE,) if block.get("training_periods") is not None else ()))
    for key in implied:
        if key.removeprefix("ingest.") not in ingest:
            yield f"{key}: missing; {_HINT} `{key.removeprefix('ingest.')}: null`"
    options = _mapping(ingest.get("options"))
    for key in moved:
        name = str(key).removeprefix("ingest.")
        if name not in ingest and name.removeprefix("options.") not in options:
            yield f"{key}: missing, but retrain.moves names it"


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}
