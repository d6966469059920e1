"""How long is measured, and what is told of it; the clock is a fake one, so times are what the test says."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from modelratchet.core.latency import Route, Timing
from modelratchet.modeling.latency import LatencyPlan, LineUp, in_process, time_in_turns
from tests.fakes.machine import FakeMachine

PLAN = LatencyPlan(rows_per_call=1, n_calls=400, seconds=1.0, tolerance=1.05, seed=1)
MICROSECOND = 1000.0


def _timed(machine: FakeMachine, share: float = 1.0, plan: LatencyPlan = PLAN, control: float = 1.0) -> list[Timing]:
    """The candidate takes `share` of what the champion takes, the control `control`."""
    callers = [machine.caller(20 * MICROSECOND * of, uses=1e4 * of, spread=0.02) for of in (share, 1.0, control)]
    return list(time_in_turns(LineUp(Route.IN_PROCESS, callers[0], callers[1], callers[2]), plan, machine.clock))


def _waits(largest: float) -> Callable[[], float]:
    generator = np.random.default_rng(7)
    return lambda: float(generator.exponential(largest))


def test_a_candidate_of_one_and_a_half_times_the_work_has_that_ratio() -> None:
    waited, used = _timed(FakeMachine(), 1.5)
    for timing in (waited, used):
        for ratio in timing.ratios:
            assert ratio.low <= 1.5 <= ratio.high
            assert ratio.high - ratio.low < 0.2
    assert waited.candidate.p95_ms > waited.candidate.p50_ms > 0.02
    assert (waited.route, used.route) == (Route.IN_PROCESS, Route.IN_PROCESS_CPU)


def test_a_quiet_machine_is_measured_no_longer_than_was_asked() -> None:
    waited = _timed(FakeMachine())[0]
    assert waited.holds
    assert waited.n_calls == 400


def test_a_noisy_machine_is_measured_longer_until_the_control_holds() -> None:
    waited = _timed(FakeMachine(_waits(5 * MICROSECOND)))[0]
    assert waited.holds
    assert waited.n_calls > 400
    assert waited.seconds < 1.0


def test_time_runs_out_on_a_control_that_never_holds() -> None:
    waited = _timed(FakeMachine(), control=1.2, plan=replace(PLAN, seconds=0.3))[0]
    assert not waited.holds
    assert waited.seconds == pytest.approx(0.3, abs=0.001)
    assert waited.n_calls > 400


def test_half_the_time_does_where_processor_time_holds() -> None:
    machine = FakeMachine(_waits(2_000 * MICROSECOND))
    waited, used = _timed(machine, plan=replace(PLAN, seconds=10.0))
    assert not waited.holds
    assert used.holds
    assert waited.seconds == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize(("unread", "routes"), [(0.01, 2), (0.5, 1)])
def test_calls_that_a_meter_counts_as_nothing_are_left_out_and_many_of_them_are_no_reading(
    unread: float, routes: int
) -> None:
    machine = FakeMachine()
    ours, theirs, control = (machine.caller(20 * MICROSECOND, of, unread=unread) for of in (1.5e4, 1e4, 1e4))
    timings = time_in_turns(LineUp(Route.IN_PROCESS, ours, theirs, control), PLAN, machine.clock)

    assert len(timings) == routes
    for used in timings[1:]:
        assert 0.9 * timings[0].n_calls < used.n_calls < timings[0].n_calls
        assert [ratio.value for ratio in used.ratios] == [1.5, 1.5]


def test_too_few_calls_never_hold_however_alike_they_are() -> None:
    machine = FakeMachine()
    slow = [machine.caller(1e8) for _ in range(3)]
    (waited, _) = time_in_turns(LineUp(Route.SERVER, slow[0], slow[1], slow[2]), PLAN, machine.clock)
    assert waited.control[0].low == waited.control[0].high == 1.0
    assert waited.n_calls < 20
    assert not waited.holds


def test_without_a_champion_the_control_is_held_against_the_candidate() -> None:
    machine = FakeMachine()
    line_up = LineUp(Route.IN_PROCESS, machine.caller(1000), None, machine.caller(1100))
    (waited, _) = time_in_turns(line_up, replace(PLAN, seconds=0.01), machine.clock)
    assert (waited.champion, waited.ratios) == (None, ())
    assert [ratio.value for ratio in waited.control] == [1.1, 1.1]


def test_noise_is_how_much_the_machines_speed_changed() -> None:
    def wave() -> Iterator[float]:
        while True:
            yield from [0.0] * 600
            yield from [20 * MICROSECOND] * 600

    waits = wave()
    assert _timed(FakeMachine())[0].noise < 0.05
    assert _timed(FakeMachine(lambda: next(waits)))[0].noise > 0.2


class Echo:
    """Answers with its input."""

    def feeds(self, features: pd.DataFrame) -> dict[str, np.ndarray]:
        return {"numeric": features[["signal"]].to_numpy()}

    def run(self, feeds: dict[str, np.ndarray]) -> np.ndarray:
        return feeds["numeric"][:, 0]


@pytest.mark.parametrize("rows_per_call", [1, 7])
def test_all_models_get_the_same_real_rows(rows_per_call: int) -> None:
    plan, features = replace(PLAN, rows_per_call=rows_per_call), pd.DataFrame({"signal": np.arange(500.0) ** 2})
    first, second = ([call() for call in in_process(Echo(), features, plan).calls] for _ in range(2))
    assert len(first) == 256
    assert all(len(answer) == rows_per_call for answer in first)  # type: ignore[arg-type]
    np.testing.assert_array_equal(first, second)
    assert set(np.concatenate(first).tolist()) <= set(features["signal"].tolist())
