"""The BentoML service that an image starts: `bentofile.yaml` names it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bentoml
from bentoml.exceptions import InvalidArgument

from modelratchet.errors import DataError
from modelratchet.serving.scoring import Scorer

BUNDLE_VARIABLE = "RATCHET_BUNDLE"
PACKAGED_BUNDLE = Path(__file__).parents[2] / "bundle"


@bentoml.service(name="modelratchet")
class Predictor:
    """Answers rows with the bundle that it was packaged with, or the one that `RATCHET_BUNDLE` names; refuses to start on bytes that are not its own."""

    def __init__(self) -> None:
        """Load and verify the bundle."""
        self._scorer = Scorer.open(Path(os.environ.get(BUNDLE_VARIABLE, PACKAGED_BUNDLE)))

    @bentoml.api  # type: ignore[untyped-decorator]
    def predict(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Answer each row; `null` is a missing value."""
        try:
            predictions = self._scorer.score(rows)
        except DataError as error:
            raise InvalidArgument(error.message) from error
        return {"bundle": self._scorer.digest, "predictions": predictions}
