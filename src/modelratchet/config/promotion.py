"""Block `promotion` of `params.yaml`: how promotions are recorded. No stage reads it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modelratchet.config.settings import Settings


class Promotion(Settings):
    """How promotions are recorded. No stage reads it."""

    valid_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        90, description="days until a promotion has to be renewed or replaced to count as proof"
    )
