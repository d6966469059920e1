"""BentoML's own way, `@bentoml.api` with pydantic rows, and onnxruntime; one worker, everything else as BentoML sets it."""

from typing import Any

import bentoml

from benchmarks.serving.peers.graph import CATEGORICAL, NUMERIC, answers
from benchmarks.serving.peers.rows import Row

_columns = [*NUMERIC, *CATEGORICAL]


@bentoml.service
class Flights:
    """One route, `/predict`."""

    @bentoml.api  # type: ignore[untyped-decorator]
    def predict(self, rows: list[Row]) -> dict[str, Any]:
        """Answer each row."""
        return {"predictions": answers([[getattr(row, name) for name in _columns] for row in rows])}
