"""Holds a server's answers against scikit-learn's, before and after it is measured: a fast wrong answer is no answer. Called by `measuring`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.serving.flights import Flights
from benchmarks.serving.wires import Wire

TOLERANCE = 1e-5
"""As `parity.tolerance`: float32 in the graph, float64 in scikit-learn."""

Ask = Callable[[str, bytes], tuple[int, bytes]]


class WrongAnswer(SystemExit):
    """A server said something else than the estimator."""


@dataclass(frozen=True)
class Question:
    """A body, and where its rows stand in `flights.records`."""

    body: bytes
    rows: slice


def questions(flights: Flights, wire: Wire, n_rows: int, most: int) -> list[Question]:
    """Different batches of `n_rows` each, at most so many."""
    starts = range(0, len(flights.records) - n_rows + 1, n_rows)[:most]
    places = [slice(start, start + n_rows) for start in starts]
    return [Question(wire.write(flights, flights.records[place]), place) for place in places]


def check_answers(name: str, flights: Flights, wire: Wire, ask: Ask, asked: Iterable[Question]) -> float:
    """Ask each question once.

    Returns:
        The largest difference of a probability.

    Raises:
        WrongAnswer: a status that is not 200, another number of rows, or a probability beyond the tolerance.
    """
    return max(_differences(name, flights, wire, ask, asked))


def _differences(name: str, flights: Flights, wire: Wire, ask: Ask, asked: Iterable[Question]) -> Iterator[float]:
    for question in asked:
        status, answer = ask(wire.path, question.body)
        if status != 200:
            raise WrongAnswer(f"{name} answered {status}: {answer[:500]!r}")
        found, expected = wire.read(answer), flights.expected[question.rows]
        if found.shape != expected.shape:
            raise WrongAnswer(f"{name} answered {found.shape} probabilities, expected {expected.shape}")
        difference = float(np.abs(found - expected).max())
        # written so that NaN fails, too
        if not difference <= TOLERANCE:
            raise WrongAnswer(f"{name} is {difference:.2g} off scikit-learn in rows {question.rows}")
        yield difference
