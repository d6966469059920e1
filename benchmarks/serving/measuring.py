"""Starts everyone, checks everyone's answers, loads them in turns, checks again. Called by `__main__`.

In turns and with all servers up, for the machine may be shared: what one server has against another is taken within a round.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.routes import every_request
from benchmarks.serving.checking import check_answers, questions
from benchmarks.serving.flights import Flights
from benchmarks.serving.processes import Running, get, post, started, wait_for_answer
from benchmarks.serving.servers import Server
from benchmarks.serving.wrk import Load, run_wrk, write_script

BATCHES = {1: 50, 100: 8}
"""How many different bodies are sent for each number of rows."""


@dataclass(frozen=True)
class Combination:
    """Rows in a request, and connections."""

    rows: int
    connections: int


@dataclass(frozen=True)
class Spell:
    """One server under one combination in one round. `cpu_us` is what the server's processes used a request."""

    server: str
    combination: Combination
    round: int
    load: Load
    cpu_us: float


@dataclass
class Session:
    """All that was found. `start_s` from the call to the first right answer; `memory_mb` after the load."""

    spells: list[Spell] = field(default_factory=list)
    run_us: dict[tuple[int, int], float] = field(default_factory=dict)
    """Processor time of `session.run` alone, by number of rows and round."""
    start_s: dict[str, list[float]] = field(default_factory=dict)
    memory_mb: dict[str, float] = field(default_factory=dict)
    memory_after_routes_mb: dict[str, float] = field(default_factory=dict)
    difference: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """How long and how often. `starts` is how often ours is started, the others once."""

    rounds: int
    seconds: float
    combinations: Sequence[Combination]
    work: Path


def measure(servers: Sequence[Server], flights: Flights, plan: Plan, session: Session) -> None:
    """Run the whole session, and put what is found into `session` as it comes, so that an end halfway loses nothing.

    Raises:
        SystemExit: a server did not start, or gave a wrong answer.
    """
    with contextlib.ExitStack() as stack:
        up = [(server, _start(stack, server, flights, plan, session)) for server in servers]
        _check_all(up, flights, session)
        _warm_up(up, plan)
        for number in range(plan.rounds):
            _one_round(up, plan, number, session)
        _check_all(up, flights, session)
        for server, running in up:
            session.memory_mb[server.name] = running.memory_mb()
        _ask_everything(up, session)


def _start(stack: contextlib.ExitStack, server: Server, flights: Flights, plan: Plan, session: Session) -> Running:
    print(f"Starting {server.name}", file=sys.stderr)
    question = questions(flights, server.wire, 1, 1)[0]
    running = stack.enter_context(started(server.launch, plan.work / "logs"))
    seconds = wait_for_answer(running, server.wire.path, question.body)
    session.start_s.setdefault(server.name, []).append(seconds)
    for n_rows, most in BATCHES.items():
        bodies = [question.body for question in questions(flights, server.wire, n_rows, most)]
        write_script(_script(plan, server, n_rows), server.wire.path, bodies)
    return running


def _script(plan: Plan, server: Server, n_rows: int) -> Path:
    return plan.work / "scripts" / f"{server.name.replace(' ', '-').replace('/', '-')}-{n_rows}.lua"


def _check_all(up: Sequence[tuple[Server, Running]], flights: Flights, session: Session) -> None:
    for server, running in up:
        for n_rows, most in BATCHES.items() if server.answers else ():
            asked = questions(flights, server.wire, n_rows, most)
            difference = check_answers(server.name, flights, server.wire, partial(post, running.port), asked)
            session.difference[server.name] = max(session.difference.get(server.name, 0.0), difference)


def _warm_up(up: Sequence[tuple[Server, Running]], plan: Plan) -> None:
    for server, running in up:
        run_wrk(running.port, _script(plan, server, 1), 4, 1)


def _one_round(up: Sequence[tuple[Server, Running]], plan: Plan, number: int, session: Session) -> None:
    for combination in plan.combinations:
        print(f"Round {number + 1}: {combination.rows} rows, {combination.connections} connections", file=sys.stderr)
        # each round begins with another server, so that none always follows the same one
        for server, running in _rotated(up, number):
            script = _script(plan, server, combination.rows)
            began = running.cpu_seconds()
            load = run_wrk(running.port, script, combination.connections, plan.seconds)
            cpu_us = (running.cpu_seconds() - began) / max(load.requests, 1) * 1e6
            session.spells.append(Spell(server.name, combination, number, load, cpu_us))
    for n_rows in {combination.rows for combination in plan.combinations}:
        session.run_us[n_rows, number] = _run_alone(n_rows)


def _rotated(up: Sequence[tuple[Server, Running]], number: int) -> Iterator[tuple[Server, Running]]:
    for place in range(len(up)):
        yield up[(place + number * 2) % len(up)]


def _run_alone(n_rows: int) -> float:
    """Processor time of the graph alone, in a process of its own, as the servers are."""
    command = [sys.executable, "-m", "benchmarks.serving.in_process", str(n_rows)]
    return float(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))


def _ask_everything(up: Sequence[tuple[Server, Running]], session: Session) -> None:
    """What ours weighs once every route was asked: some load what predictions do not need."""
    for server, running in up:
        if server.name.startswith("modelratchet"):
            for method, path, document in every_request(json.loads(get(running.port, "/docs.json")[1])):
                body = json.dumps(document).encode()
                status, _ = get(running.port, path) if method == "GET" else post(running.port, path, body)
                if status >= 300:
                    raise SystemExit(f"{server.name} answered {status} to {method} {path}")
            session.memory_after_routes_mb[server.name] = running.memory_mb()


def start_again(server: Server, flights: Flights, plan: Plan, session: Session) -> None:
    """Start a server once more, only to time it."""
    with contextlib.ExitStack() as stack:
        _start(stack, server, flights, plan, session)
        time.sleep(0.1)
