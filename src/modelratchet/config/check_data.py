"""Block `check_data` of `params.yaml`: what is expected of the rows."""

from __future__ import annotations

from pydantic import Field

from modelratchet.config.settings import Settings, Share


class CheckData(Settings):
    """Expectations beyond the ones that follow from `columns`."""

    suite: str | None = Field(None, description="a Great Expectations suite under expectations/, without .json")
    leak_tolerance: Share = Field(
        0.0, description="a feature that gives the label away on all but this share of rows is a leak"
    )
