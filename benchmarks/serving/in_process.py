"""Processor time of `session.run` in microseconds, rows ready in its arrays: `python -m benchmarks.serving.in_process ROWS`. What no server can go below."""

from __future__ import annotations

import sys
import time

import numpy as np
import onnxruntime

from benchmarks.serving.flights import Flights, flights

_SECONDS = 1.0


def run_us(asked: Flights, n_rows: int) -> float:
    """Mean over different batches, for about a second."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = (asked.folder / "bundle/model.onnx").read_bytes()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    batches = [_feeds(asked, start, n_rows) for start in range(0, len(asked.records) - n_rows + 1, n_rows)]
    names = ["label", "probabilities"]
    for feeds in batches[:50]:
        session.run(names, feeds)
    n_calls, began, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < _SECONDS:
        for feeds in batches:
            session.run(names, feeds)
        n_calls += len(batches)
    return (time.process_time() - cpu) / n_calls * 1e6


def _feeds(asked: Flights, start: int, n_rows: int) -> dict[str, np.ndarray]:
    records = asked.records[start : start + n_rows]
    numeric = np.array([[row[name] for name in asked.numeric] for row in records], dtype=np.float32)
    texts = [["" if row[name] is None else row[name] for name in asked.categorical] for row in records]
    return {"numeric": numeric, "categorical": np.array(texts, dtype=object)}


if __name__ == "__main__":
    print(run_us(flights(), int(sys.argv[1])))
