"""How rows are written for a server and how its answer is read: one record a wire format. Called by `servers` and `checking`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.serving.flights import Flights

Records = Sequence[dict[str, Any]]
Shares = NDArray[np.float64]


@dataclass(frozen=True)
class Wire:
    """`write` makes a body of rows; `read` takes the probabilities `(n_rows, n_classes)` out of an answer."""

    path: str
    write: Callable[[Flights, Records], bytes]
    read: Callable[[bytes], Shares]


def _write_rows(_: Flights, records: Records) -> bytes:
    return _compact({"rows": records})


def _read_rows(answer: bytes) -> Shares:
    return np.array([list(row["probabilities"].values()) for row in json.loads(answer)["predictions"]])


def _write_mlflow(_: Flights, records: Records) -> bytes:
    return _compact({"dataframe_split": {"columns": list(records[0]), "data": [list(row.values()) for row in records]}})


def _read_mlflow(answer: bytes) -> Shares:
    return np.array(json.loads(answer)["predictions"])


def _write_mlserver(flights: Flights, records: Records) -> bytes:
    """A data frame of the Open Inference Protocol, and `predict_proba` as the wanted output. Source: MLServer, "Content Types" and "Scikit-Learn runtime"."""

    def column(name: str, datatype: str, content_type: str) -> dict[str, Any]:
        values = [row[name] for row in records]
        kind = {"content_type": content_type}
        return {"name": name, "shape": [len(records), 1], "datatype": datatype, "parameters": kind, "data": values}

    inputs = [column(name, "FP64", "np") for name in flights.numeric]
    inputs += [column(name, "BYTES", "str") for name in flights.categorical]
    return _compact({"parameters": {"content_type": "pd"}, "inputs": inputs, "outputs": [{"name": "predict_proba"}]})


def _read_mlserver(answer: bytes) -> Shares:
    output = json.loads(answer)["outputs"][0]
    return np.array(output["data"]).reshape(output["shape"])


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


ROWS = Wire("/predict", _write_rows, _read_rows)
MLFLOW = Wire("/invocations", _write_mlflow, _read_mlflow)
MLSERVER = Wire("/v2/models/flights/infer", _write_mlserver, _read_mlserver)
