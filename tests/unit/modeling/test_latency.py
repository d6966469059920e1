"""How calls are timed: in turns, on the same rows, without the garbage collector."""

import gc
import time
from collections.abc import Callable

import numpy as np
import pytest

from modelratchet.core.tasks import Task
from modelratchet.modeling.latency import LatencyPlan, single_calls, time_in_turns
from tests.samples.models import SignalModel, holdout_of, schema_of

PLAN = LatencyPlan(rows_per_call=1, n_calls=400, confidence=0.95, seed=1)


def _spin(nanoseconds: int) -> Callable[[], None]:
    def call() -> None:
        end = time.perf_counter_ns() + nanoseconds
        while time.perf_counter_ns() < end:
            pass

    return call


def test_a_candidate_of_twice_the_work_has_twice_the_time() -> None:
    found = time_in_turns([_spin(100_000)], [_spin(50_000)], PLAN)
    assert found.ratio == pytest.approx(2.0, rel=0.15)
    assert found.ratio_low is not None
    assert found.ratio_high is not None
    assert found.ratio_low <= found.ratio <= found.ratio_high
    assert found.candidate_p50_ms == pytest.approx(0.1, rel=0.3)
    assert found.candidate_p95_ms >= found.candidate_p50_ms


def test_turns_are_balanced_and_who_goes_first_changes() -> None:
    order: list[str] = []
    time_in_turns([lambda: order.append("candidate")], [lambda: order.append("champion")], PLAN)
    timed = order[-800:]
    assert timed.count("candidate") == 400
    firsts = timed[::2]
    assert firsts.count("candidate") == 200
    assert all({firsts[i], firsts[i + 1]} == {"candidate", "champion"} for i in range(0, 400, 2))
    assert len({tuple(firsts[i : i + 2]) for i in range(0, 400, 2)}) == 2


def test_garbage_is_not_collected_while_timing_and_is_again_afterwards() -> None:
    seen: list[bool] = []
    time_in_turns([lambda: seen.append(gc.isenabled())], None, PLAN)
    assert not any(seen)
    assert gc.isenabled()


def test_garbage_collection_comes_back_after_a_call_that_fails() -> None:
    def broken() -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        time_in_turns([broken], None, PLAN)
    assert gc.isenabled()


@pytest.mark.parametrize("rows_per_call", [1, 7])
def test_both_models_get_the_same_real_rows(rows_per_call: int) -> None:
    plan = LatencyPlan(rows_per_call, 300, 0.95, seed=4)
    features = holdout_of(Task.BINARY).features(schema_of(Task.BINARY))
    first, second = (
        [call() for call in single_calls(SignalModel(schema_of(Task.BINARY)), features, plan)] for _ in range(2)
    )
    assert len(first) == 256
    assert all(len(answer) == rows_per_call for answer in first)
    np.testing.assert_array_equal(first, second)
    assert set(np.concatenate(first).tolist()) <= set(features["signal"].tolist())
