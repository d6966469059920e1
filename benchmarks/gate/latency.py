"""How often the latency gate errs: `python -m benchmarks.gate.latency --load` (graphs and turns are seeded, times are the machine's).

Each gate loads three onnxruntime sessions anew, times them as the `measure_latency` stage does and asks the gate's own rule. The slower candidates are
the champion's graph with more layers, as many as make the ratio of medians what the line says; that ratio is measured in turns with sessions of its own before the
gates, and over all gates. `--load` keeps every core busy with a process each meanwhile.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from modelratchet.core.gate import combine
from modelratchet.core.latency import Footprint, LatencyReport, Timing
from modelratchet.core.rules.latency import against_champion
from modelratchet.core.statistics import wilson_interval
from modelratchet.core.verdict import Decision
from modelratchet.modeling.latency import LatencyPlan, in_process_line_up, time_in_turns
from modelratchet.modeling.turns import Caller

LIMIT = 1.05
SLOW_DOWNS = (0.0, 0.10, 0.20)
WIDTH, LAYERS = 40, 40
CALIBRATION_TURNS, CALIBRATION_SESSIONS = 2000, 5


@dataclass(frozen=True)
class Settings:
    """What every gate shares."""

    n_gates: int
    n_calls: int
    seconds: float
    seed: int

    def plan(self, gate: int) -> LatencyPlan:
        """How the gate of that number times."""
        return LatencyPlan(1, self.n_calls, self.seconds, LIMIT, self.seed + gate)


@dataclass(frozen=True)
class Gate:
    """One gate's answer, its ratio of medians, and how long it took with loading the sessions."""

    decision: Decision
    ratio: float
    n_calls: int
    seconds: float


def dense_graph(n_layers: int, seed: int) -> bytes:
    """A dense network: about a microsecond a layer."""
    generator = np.random.default_rng(seed)
    nodes, weights = [], []
    for layer, (given, made) in enumerate(pairwise(["numeric", *(f"h{n}" for n in range(n_layers))])):
        values = (generator.normal(size=(WIDTH, WIDTH)) / np.sqrt(WIDTH)).astype(np.float32)
        weights.append(helper.make_tensor(f"w{layer}", TensorProto.FLOAT, values.shape, values.ravel()))
        nodes += [
            helper.make_node("MatMul", [given, f"w{layer}"], [f"m{layer}"]),
            helper.make_node("Tanh", [f"m{layer}"], [made]),
        ]
    inputs = [helper.make_tensor_value_info("numeric", TensorProto.FLOAT, [None, WIDTH])]
    outputs = [helper.make_tensor_value_info(f"h{n_layers - 1}", TensorProto.FLOAT, [None, WIDTH])]
    graph = helper.make_graph(nodes, "dense", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    serialized: bytes = model.SerializeToString()
    return serialized


def caller(graph: bytes, seed: int) -> Caller:
    """One call a row in a session of its own."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    rows = np.random.default_rng(seed).normal(size=(256, 1, WIDTH)).astype(np.float32)
    return Caller([partial(session.run, None, {"numeric": row}) for row in rows], time.thread_time_ns)


def timed(candidate: bytes, champion: bytes, plan: LatencyPlan) -> tuple[Timing, ...]:
    """Time three fresh sessions."""
    line_up = in_process_line_up(partial(caller, candidate, plan.seed), partial(caller, champion, plan.seed))
    return time_in_turns(line_up, plan)


def layers_for(slow_down: float, seed: int) -> int:
    """How many layers make a graph slower by that share: layers cost alike, but a call has a cost of its own."""
    if not slow_down:
        return LAYERS
    longer = 2 * LAYERS
    measured = median_ratio(longer, seed)
    return LAYERS + round(LAYERS * slow_down / (measured - 1.0))


def median_ratio(n_layers: int, seed: int) -> float:
    """The long-run ratio of medians to the champion's graph, over several loads of both."""
    ratios = []
    for session in range(CALIBRATION_SESSIONS):
        plan = LatencyPlan(1, CALIBRATION_TURNS, 30.0, 100.0, seed + 10_000 + session)
        waited = timed(dense_graph(n_layers, seed), dense_graph(LAYERS, seed), plan)[0]
        ratios.append(waited.ratios[0].value)
    return float(np.median(ratios))


def hold(candidate: bytes, champion: bytes, plan: LatencyPlan) -> Gate:
    """One gate."""
    started = time.perf_counter()
    timings = timed(candidate, champion, plan)
    report = LatencyReport("candidate", "champion", timings, Footprint(0, None, None), None)
    decision = combine(tuple(against_champion(report, LIMIT)))
    return Gate(decision, timings[0].ratios[0].value, timings[0].n_calls, time.perf_counter() - started)


@contextmanager
def busy_cores(n_processes: int) -> Iterator[None]:
    """Keep so many processes busy."""
    spinning = [multiprocessing.Process(target=_spin, daemon=True) for _ in range(n_processes)]
    for process in spinning:
        process.start()
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.join()


def _spin() -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        sum(range(100_000))


def line(slow_down: float, settings: Settings) -> str:
    """Hold all gates of one slow-down."""
    n_layers = layers_for(slow_down, settings.seed)
    beforehand = median_ratio(n_layers, settings.seed)
    candidate, champion = dense_graph(n_layers, settings.seed), dense_graph(LAYERS, settings.seed)
    gates = [hold(candidate, champion, settings.plan(number)) for number in range(settings.n_gates)]
    rejected, inconclusive = (
        _share([gate.decision is decision for gate in gates]) for decision in (Decision.REJECT, Decision.INCONCLUSIVE)
    )
    ratios, seconds = [gate.ratio for gate in gates], [gate.seconds for gate in gates]
    calls = [gate.n_calls for gate in gates]
    return (
        f"| {slow_down:+.0%} | {beforehand:.3f} | {np.median(ratios):.3f}, {np.std(ratios):.3f} | {rejected} | {inconclusive} "
        f"| {np.median(calls):,.0f} | {np.median(seconds):.1f}, {max(seconds):.1f} |"
    )


def _share(found: Sequence[bool]) -> str:
    low, high = wilson_interval(sum(found), len(found), 0.95)
    return f"{sum(found) / len(found):.3f} ({low:.3f} to {high:.3f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each slow-down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gates", type=int, default=200)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=20130101)
    parser.add_argument("--load", action="store_true", help="keep every core busy meanwhile")
    options = parser.parse_args(arguments)
    settings = Settings(options.gates, options.calls, options.seconds, options.seed)
    started, n_busy = time.perf_counter(), (os.cpu_count() or 1) if options.load else 0
    print(
        "| slower by | ratio before | ratio in the gates, sd | rejected | inconclusive | calls | seconds: median, most |"
    )
    print("|---|---|---|---|---|---|---|")
    with busy_cores(n_busy):
        for slow_down in SLOW_DOWNS:
            print(line(slow_down, settings), flush=True)
    took = time.perf_counter() - started
    print(
        f"\n{options.gates} gates a line, {n_busy} busy processes, onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}, {took:.0f} s"
    )


if __name__ == "__main__":
    main()
