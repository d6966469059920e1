"""FastAPI and the estimator from a pickle, as most tutorials have it: pydantic rows, data frame, `predict_proba`."""

import os
import pickle
from pathlib import Path
from typing import Any

import pandas as pd
from fastapi import FastAPI

from benchmarks.serving.peers.rows import SCHEMA, Rows

with Path(os.environ["PEER_MODEL"], "estimator.pickle").open("rb") as stream:
    pipeline = pickle.load(stream)
app = FastAPI()


@app.post("/predict")
def predict(body: Rows) -> dict[str, Any]:
    frame = pd.DataFrame([row.model_dump() for row in body.rows])
    # a column of nothing but null would be read as objects
    frame = frame.astype({c["name"]: "float64" for c in SCHEMA["columns"] if c["kind"] == "numeric"})
    shares = pipeline.predict_proba(frame).tolist()
    classes = SCHEMA["classes"]
    return {
        "predictions": [
            {"label": classes[row.index(max(row))], "probabilities": dict(zip(classes, row, strict=True))}
            for row in shares
        ]
    }
