"""What is left of the best goodput at ten times the load: `python -m benchmarks.serving.overload` (about two minutes on two quiet cores).

First the load that gives the most right answers a second, by connections in a closed loop. Then ten times as many connections, each of which asks
again at once when it is refused; and, for 100 rows, ten times that many requests a second in an open loop. (Of one row, the
generator cannot send ten times what the server answers.) Best and overload take turns; shares are taken within a round.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.serving.checking import check_answers, questions
from benchmarks.serving.flights import Flights, flights
from benchmarks.serving.generator import Order, Outcome, generate
from benchmarks.serving.processes import Running, post, started, wait_for_answer
from benchmarks.serving.servers import ours
from benchmarks.serving.tables import table
from benchmarks.serving.wires import ROWS

WORK = Path(".ratchet/benchmarks/serving/work")
CONNECTIONS = (4, 8, 16, 32)
TIMES = 10
POOL = 320
"""Connections of the open loop; a request that finds none free is counted as unsent."""

_AS_GOOD = 0.97

WANTED_SHARE, WANTED_SHED_MS = 0.9, 50.0


@dataclass(frozen=True)
class Spell:
    """One order, what became of it, what it was held against, and the server's memory afterwards."""

    what: str
    outcome: Outcome
    best: float
    memory_mb: float


def trial(running: Running, asked: Flights, rows: int, rounds: int, seconds: float) -> list[Spell]:
    """Best and overload in turns, for requests of so many rows."""
    bodies = [question.body.decode() for question in questions(asked, ROWS, rows, 50)]
    base = Order(running.port, ROWS.path, bodies, 1, 0.0, seconds)
    tried = {count: generate(replace(base, connections=count)).good_per_second for count in CONNECTIONS}
    # the fewest that do: more only wait longer, and ten times more would be no ten times the load
    best_count = min(count for count in CONNECTIONS if tried[count] >= _AS_GOOD * max(tried.values()))
    spells = []
    for _ in range(rounds):
        best = generate(replace(base, connections=best_count))
        spells.append(Spell(f"best: {best_count} connections", best, best.good_per_second, running.memory_mb()))
        for what, order in _overloads(base, best_count, best.good_per_second, rows):
            spells.append(Spell(what, generate(order), best.good_per_second, running.memory_mb()))
    return spells


def _overloads(base: Order, connections: int, best: float, rows: int) -> list[tuple[str, Order]]:
    closed = f"closed loop, {connections * TIMES} connections", replace(base, connections=connections * TIMES)
    rate = round(best * TIMES, -2)
    open_loop = f"open loop, {TIMES} times the rate", replace(base, connections=POOL, rate=rate)
    return [closed, open_loop] if rows > 1 else [closed]


def report(rows: int, spells: Sequence[Spell]) -> str:
    """One line a kind of load; medians over the rounds."""
    lines = []
    for what in dict.fromkeys(spell.what for spell in spells):
        found = [spell for spell in spells if spell.what == what]
        outcomes = [spell.outcome for spell in found]
        share = median(spell.outcome.good_per_second / max(spell.best, 1e-9) for spell in found)
        shed_ms = median(outcome.shed_p99_ms for outcome in outcomes)
        is_reached = (
            share >= WANTED_SHARE and not shed_ms > WANTED_SHED_MS and not any(o.other + o.broken for o in outcomes)
        )
        lines.append(
            (
                what,
                f"{median(o.good_per_second for o in outcomes):,.0f}",
                f"{share:.2f}",
                f"{median(o.good_p99_ms for o in outcomes):,.0f}",
                f"{median(o.shed_share for o in outcomes):.1%}",
                f"{median(o.shed_p50_ms for o in outcomes):.0f} / {shed_ms:.0f}",
                str(sum(o.other + o.broken for o in outcomes)),
                f"{sum(o.unsent for o in outcomes):,}",
                f"{max(spell.memory_mb for spell in found):.0f}",
                "pass" if is_reached else "**short**",
            )
        )
    header = (
        "load",
        "right answers/s",
        "of the best",
        "their p99 ms",
        "refused",
        "refusal p50 / p99 ms",
        "lost",
        "unsent",
        "MB",
        "",
    )
    return f"{rows} row{'s' * (rows > 1)} a request\n\n{table(header, lines)}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.overload", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often best and overload take turns")
    parser.add_argument("--seconds", type=float, default=4, help="how long each lasts")
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 100], help="rows in a request")
    options = parser.parse_args(arguments)
    asked, work = flights(), WORK.absolute()
    server = ours(asked.folder, work)
    print(f"Wanted: at least {WANTED_SHARE} of the best, refusals within {WANTED_SHED_MS:.0f} ms, nothing lost\n")
    with started(server.launch, work / "logs") as running:
        first = questions(asked, ROWS, 1, 50)
        wait_for_answer(running, ROWS.path, first[0].body)
        for rows in options.rows:
            print(report(rows, trial(running, asked, rows, options.rounds, options.seconds)), end="\n\n", flush=True)
        wait_for_answer(running, ROWS.path, first[0].body)  # what stood in line is answered first
        check_answers(server.name, asked, ROWS, partial(post, running.port), first)
    print(f"{os.cpu_count()} cores, load average at the end {', '.join(f'{value:.1f}' for value in os.getloadavg())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
