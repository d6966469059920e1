"""Turns are balanced, timed without the garbage collector, and end in time."""

import gc
from itertools import islice, permutations

import pytest

from modelratchet.modeling.turns import Caller, TurnTaker, balanced_order, without_garbage_collection
from tests.fakes.machine import FakeMachine

FOREVER = float("inf")


@pytest.mark.parametrize("n_callers", [2, 3])
def test_every_order_comes_once_a_round_and_rounds_differ(n_callers: int) -> None:
    every = set(permutations(range(n_callers)))
    order = balanced_order(n_callers, [1])
    rounds = [list(islice(order, len(every))) for _ in range(20)]
    assert all(set(found) == every for found in rounds)
    assert len({tuple(found) for found in rounds}) > 1


def test_each_caller_is_charged_with_its_own_calls() -> None:
    machine = FakeMachine()
    callers = [machine.caller(100), machine.caller(250)]
    taker = TurnTaker(callers, balanced_order(2, [1]), machine.clock)
    taker.take(3, FOREVER)
    taker.take(2, FOREVER)
    assert taker.turns().elapsed.tolist() == [[100] * 5, [250] * 5]


def test_batches_go_on_with_the_next_different_call() -> None:
    seen: list[int] = []
    caller = Caller([lambda number=number: seen.append(number) for number in range(4)])  # type: ignore[misc]
    taker = TurnTaker([caller], balanced_order(1, [1]), FakeMachine().clock)
    taker.take(3, FOREVER)
    taker.take(3, FOREVER)
    assert seen == [0, 1, 2, 3, 0, 1]


def test_a_batch_ends_with_the_turn_that_passes_the_deadline() -> None:
    machine = FakeMachine()
    taker = TurnTaker([machine.caller(100)], balanced_order(1, [1]), machine.clock)
    taker.take(1000, machine.clock() + 450)
    assert taker.turns().count == 5


def test_processor_time_of_one_that_works_on_runs_to_its_next_call() -> None:
    machine = FakeMachine()
    server = machine.caller(100, uses=30, works_on_for=7)
    taker = TurnTaker([server, machine.caller(100, uses=30)], balanced_order(2, [1]), machine.clock)
    taker.take(4, FOREVER)
    used = taker.turns().processor
    assert used is not None
    assert used[0, :-1].tolist() == [37] * 3
    assert used[1].tolist() == [30] * 4


def test_processor_time_is_left_out_unless_everyones_can_be_read() -> None:
    machine = FakeMachine()
    unread = Caller(machine.caller(100).calls)
    taker = TurnTaker([machine.caller(100), unread], balanced_order(2, [1]), machine.clock)
    taker.take(4, FOREVER)
    assert taker.turns().processor is None


def test_garbage_collection_comes_back_after_a_call_that_fails() -> None:
    seen: list[bool] = []

    def failing() -> None:
        with without_garbage_collection():
            seen.append(gc.isenabled())
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        failing()
    assert (seen, gc.isenabled()) == ([False], True)
