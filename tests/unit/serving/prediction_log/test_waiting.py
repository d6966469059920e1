"""The queue is bounded by rows until they are written, and calls for each full step once."""

from __future__ import annotations

from modelratchet.serving.prediction_log.steps import Entry
from modelratchet.serving.prediction_log.waiting import Waiting
from tests.samples.logged import entry


def test_more_rows_than_may_wait_are_refused_and_there_is_room_again_once_they_are_written() -> None:
    waiting: Waiting[Entry] = Waiting(10, 100)
    assert waiting.offer(entry("first", 8))
    assert not waiting.offer(entry("too much", 3))
    waiting.take(100)
    assert not waiting.offer(entry("still too much", 3))

    waiting.written += 8

    assert waiting.offer(entry("fits again", 10))
    assert (waiting.refused, waiting.rows) == (6, 10)


def test_each_full_step_is_called_once_even_where_nobody_takes_it() -> None:
    waiting: Waiting[Entry] = Waiting(1000, 10)
    called = []
    waiting.when_full = lambda: called.append(waiting.offered)
    for number in range(30):
        waiting.offer(entry(f"r{number}"))

    assert called == [10, 20, 30]


def test_an_entry_larger_than_a_step_is_taken_alone() -> None:
    waiting: Waiting[Entry] = Waiting(1000, 10)
    for rows in (3, 50, 4):
        waiting.offer(entry("r", rows))

    assert [[item[0] for item in waiting.take(10)] for _ in range(3)] == [[3], [50], [4]]


def test_what_was_taken_and_never_heard_of_again_makes_room() -> None:
    waiting: Waiting[Entry] = Waiting(10, 100)
    waiting.offer(entry("a", 6))
    waiting.offer(entry("b", 4))
    waiting.take(7)

    assert waiting.give_up_on_taken() == 6
    assert (waiting.spoiled, waiting.rows) == (6, 4)
