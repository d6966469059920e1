"""The side-by-side comparison: a wrong answer ends it, figures are judged by their middle, and every command explains itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.serving.checking import WrongAnswer, check_answers, questions
from benchmarks.serving.flights import Flights
from benchmarks.serving.measuring import Combination, Session, Spell
from benchmarks.serving.servers import BARE_ASGI, FASTAPI_PICKLE, MLFLOW_SERVER, NO_OP, OURS
from benchmarks.serving.tables import report
from benchmarks.serving.wanted import Figure, figures
from benchmarks.serving.wires import MLFLOW, MLSERVER, ROWS
from benchmarks.serving.wrk import Load

COMMANDS = ("", ".overload", ".drain", ".worker_kills", ".in_one_process")
EXPECTED = np.array([[0.75, 0.25], [0.5, 0.5]])
FLIGHTS = Flights(
    Path(), ("hour",), ("carrier",), [{"hour": 1.5, "carrier": "AA"}, {"hour": None, "carrier": "UA"}], EXPECTED
)


def answered(shares: np.ndarray) -> bytes:
    rows = [{"label": "0", "probabilities": {"0": row[0], "1": row[1]}} for row in shares.tolist()]
    return json.dumps({"predictions": rows}).encode()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", f"benchmarks.serving{command}", "--help"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, f"benchmarks.serving{command}" in ended.stdout) == (0, True)


def test_right_answers_pass_with_the_largest_difference_told() -> None:
    asked = questions(FLIGHTS, ROWS, 2, 5)
    found = check_answers(
        "x", FLIGHTS, ROWS, lambda _path, _body: (200, answered(EXPECTED + np.array([2e-6, -2e-6]))), asked
    )
    assert found == pytest.approx(2e-6)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, answered(EXPECTED + np.array([1e-3, -1e-3]))),
        (200, answered(EXPECTED[:1])),
        (200, answered(EXPECTED * np.nan)),
        (200, answered(EXPECTED[::-1])),
        (503, b"{}"),
    ],
    ids=["another probability", "a row too few", "no number", "rows exchanged", "refused"],
)
def test_a_wrong_answer_ends_the_session(status: int, answer: bytes) -> None:
    with pytest.raises(WrongAnswer):
        check_answers("x", FLIGHTS, ROWS, lambda _path, _body: (status, answer), questions(FLIGHTS, ROWS, 2, 5))


def test_each_wire_carries_all_values_and_missing_ones() -> None:
    for wire in (ROWS, MLFLOW, MLSERVER):
        body = wire.write(FLIGHTS, FLIGHTS.records).decode()
        assert all(part in body for part in ("hour", "carrier", "1.5", "null", "UA"))


def spells(server: str, per_second: float, cpu_us: float) -> list[Spell]:
    load = Load(int(per_second * 2), 2.0, 100.0, 300.0, 0, 0)
    return [Spell(server, Combination(1, 8), number, load, cpu_us) for number in range(3)]


def test_figures_are_ratios_to_the_best_peer_of_the_same_round() -> None:
    session = Session(run_us={(1, number): 20.0 for number in range(3)})
    for server, per_second, cpu_us in [
        (OURS, 9000, 60.0), (MLFLOW_SERVER, 50, 9000.0), (FASTAPI_PICKLE, 100, 6000.0), (BARE_ASGI, 10_000, 60.0), (NO_OP, 30_000, 20.0),
    ]:  # fmt: skip
        session.spells += spells(server, per_second, cpu_us)

    found = {figure.what.split(",")[0]: figure for figure in figures(session)}

    assert found["requests/s over the best scikit-learn server"].middle == 90
    assert found["requests/s over the best scikit-learn server"].is_reached
    assert not found[f"requests/s over {BARE_ASGI}"].is_reached
    assert found["CPU a request over no-op + `session.run`"].middle == 1.5
    assert "**short**" in report(session, figures(session))


def test_a_figure_is_judged_by_its_middle() -> None:
    assert Figure("x", 3.0, [1.0, 3.1, 9.0]).is_reached
    assert not Figure("x", 3.0, [1.0, 3.1, 9.0], at_most=True).is_reached
