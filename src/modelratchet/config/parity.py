"""Block `parity` of `params.yaml`: how alike graph and estimator have to answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modelratchet.config.settings import Settings


class Parity(Settings):
    """How close the ONNX graph has to be to the estimator."""

    tolerance: Annotated[float, Field(gt=0.0)] = 1e-5
    fuzz_rows: Annotated[int, Field(ge=0, le=200_000)] = 5000
