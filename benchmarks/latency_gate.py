"""How often the latency rule errs: `python -m benchmarks.latency_gate` (seeded, some two minutes on two cores).

Real onnxruntime sessions of one graph; the slower ones do a known share of extra work after each call. Equal pairs (A/A) are two
sessions of the same bytes. The extra work's own call costs a few hundred nanoseconds, so look at the measured ratio too. Each gate times both in turns and fails when the interval's lower end is above the limit. The second rule is what a
gate would do that times one model after the other.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from modelratchet.core.evidence import Latency
from modelratchet.core.statistics import wilson_interval
from modelratchet.modeling.latency import Call, LatencyPlan, time_in_turns

LIMIT = 1.05
N_FEATURES, WIDTH, LAYERS = 32, 64, 6


@dataclass(frozen=True)
class Answers:
    """What the rules said over all gates of one slow-down."""

    in_turns: int
    one_after_the_other: int
    ratios: tuple[float, ...]


def dense_graph(seed: int) -> bytes:
    """A small dense network: tens of microseconds a row."""
    generator = np.random.default_rng(seed)
    nodes, weights, previous = [], [], "numeric"
    sizes = [N_FEATURES, *[WIDTH] * LAYERS, 1]
    for layer, (n_in, n_out) in enumerate(pairwise(sizes)):
        values = (generator.normal(size=(n_in, n_out)) / np.sqrt(n_in)).astype(np.float32)
        weights.append(helper.make_tensor(f"w{layer}", TensorProto.FLOAT, values.shape, values.ravel()))
        nodes.append(helper.make_node("MatMul", [previous, f"w{layer}"], [f"h{layer}"]))
        nodes.append(helper.make_node("Tanh", [f"h{layer}"], [f"t{layer}"]))
        previous = f"t{layer}"
    inputs = [helper.make_tensor_value_info("numeric", TensorProto.FLOAT, [None, N_FEATURES])]
    outputs = [helper.make_tensor_value_info(previous, TensorProto.FLOAT, [None, 1])]
    graph = helper.make_graph(nodes, "dense", inputs, outputs, weights)
    model: bytes = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    ).SerializeToString()
    return model


def calls_of(graph: bytes, rows: np.ndarray, extra: Callable[[], object] | None) -> list[Call]:
    """One call a row in a session of its own, with extra work if asked."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def call(feeds: dict[str, np.ndarray]) -> None:
        session.run(None, feeds)
        if extra is not None:
            extra()

    return [partial(call, {"numeric": row[None]}) for row in rows]


def busy(nanoseconds: float) -> Callable[[], object]:
    """Work that takes that long."""

    def spin() -> None:
        end = time.perf_counter_ns() + nanoseconds
        while time.perf_counter_ns() < end:
            pass

    return spin


def measure(slow_down: float, n_gates: int, n_calls: int, seed: int) -> Answers:
    """Hold `n_gates` gates over a candidate that is slower by that share."""
    graph, rows = dense_graph(seed), np.random.default_rng(seed).normal(size=(256, N_FEATURES)).astype(np.float32)
    in_turns, one_after_the_other, ratios = 0, 0, []
    for gate in range(n_gates):
        plan = LatencyPlan(rows_per_call=1, n_calls=n_calls, confidence=0.95, seed=seed + gate)
        champion = calls_of(graph, rows, None)
        alone = time_in_turns(champion, None, plan)
        extra = busy(slow_down * alone.candidate_p50_ms * 1e6) if slow_down else None
        candidate = calls_of(graph, rows, extra)
        latency = time_in_turns(candidate, champion, plan)
        in_turns += _is_slower(latency)
        one_after_the_other += time_in_turns(candidate, None, plan).candidate_p95_ms / alone.candidate_p95_ms > LIMIT
        ratios.append(latency.ratio or 0.0)
    return Answers(in_turns, one_after_the_other, tuple(ratios))


def _is_slower(latency: Latency) -> bool:
    return latency.ratio_low is not None and latency.ratio_low > LIMIT


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each slow-down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gates", type=int, default=40)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20130101)
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    print(
        f"| slower by | in turns, lower end > {LIMIT} | one after the other, p95 ratio > {LIMIT} | ratio: median, spread (sd) |\n|{'---|' * 4}"
    )
    for slow_down in (0.0, 0.05, 0.10, 0.30):
        found = measure(slow_down, options.gates, options.calls, options.seed)
        cells = []
        for failed in (found.in_turns, found.one_after_the_other):
            low, high = wilson_interval(failed, options.gates, 0.95)
            cells.append(f"{failed / options.gates:.2f} ({low:.2f} to {high:.2f})")
        print(
            f"| {slow_down:.0%} | {' | '.join(cells)} | {np.median(found.ratios):.3f}, {np.std(found.ratios):.3f} |",
            flush=True,
        )
    seconds = time.perf_counter() - started
    print(
        f"\n{options.gates} gates of {options.calls} calls each, 95 % intervals, onnx {onnx.__version__}, {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
