"""Ours beside MLflow, MLServer, FastAPI, BentoML and bare ASGI: `python -m benchmarks.serving` (about ten minutes on two cores, and once some more to install the peers).

Every server gets the same model and the same real flights; each one's answers are held against scikit-learn's before and after. Needs wrk.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.serving.flights import flights
from benchmarks.serving.measuring import Combination, Plan, Session, measure, start_again
from benchmarks.serving.servers import OURS, Server, all_servers
from benchmarks.serving.tables import report
from benchmarks.serving.wanted import figures

WORK = Path(".ratchet/benchmarks/serving/work")
_STARTS = 3


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each server has its turn")
    parser.add_argument("--seconds", type=float, default=2, help="how long a turn lasts")
    parser.add_argument("--rows", type=int, nargs="+", default=[1, 100], choices=[1, 100], help="rows in a request")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 64], help="how many at once")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only servers whose name holds one of these")
    options = parser.parse_args(arguments)
    asked, work = flights(), WORK.absolute()
    servers = [server for server in all_servers(asked.folder, work) if _is_wanted(server, options.only)]
    combinations = [Combination(rows, count) for rows in options.rows for count in options.connections]
    plan, session = Plan(options.rounds, options.seconds, combinations, work), Session()
    try:
        for server in servers:
            for _ in range(_STARTS - 1 if server.name == OURS else 0):
                start_again(server, asked, plan, session)
        measure(servers, asked, plan, session)
    finally:
        if session.spells:
            print(report(session, figures(session)))
            print(f"\n{_machine()}")
    return 0


def _is_wanted(server: Server, only: Sequence[str] | None) -> bool:
    return only is None or any(part.lower() in server.name.lower() for part in only)


def _machine() -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load average at the end {load}"


if __name__ == "__main__":
    sys.exit(main())
