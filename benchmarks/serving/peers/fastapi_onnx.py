"""FastAPI and onnxruntime: pydantic rows in, and a handler on the event loop, which is quicker here than one in the thread pool."""

from typing import Any

from fastapi import FastAPI

from benchmarks.serving.peers.graph import CATEGORICAL, NUMERIC, answers
from benchmarks.serving.peers.rows import Rows

app = FastAPI()
_columns = [*NUMERIC, *CATEGORICAL]


@app.post("/predict")
async def predict(body: Rows) -> dict[str, Any]:
    return {"predictions": answers([[getattr(row, name) for name in _columns] for row in body.rows])}
