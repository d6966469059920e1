"""Processes that open a fresh SQLite store at the same moment, as the first jobs of a new project do.

    python -m benchmarks.ledger.first_use [--rounds 50] [--processes 8]

MLflow by itself breaks here: two processes migrate one file. The processes are kept, so that a round costs no import.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from modelratchet.adapters.mlflow.address import read_address

WAIT_SECONDS = 300


def opener(rounds: int, folder: Path, gate: Any, results: Any) -> None:
    """One process: in every round the first use of another store, and a write to it."""
    import os

    from modelratchet.adapters.mlflow.store import connect
    from modelratchet.adapters.mlflow.versions import ensure_model

    for number in range(rounds):
        address = read_address(folder / str(number), {})
        os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = address.artifact_root
        gate.wait(WAIT_SECONDS)
        started = time.monotonic()
        try:
            client = connect(address)
            ensure_model(client, "flights-late")
            outcome = "" if client.get_registered_model("flights-late") else "no model"
        except Exception as error:  # noqa: BLE001 - whatever a first user gets is what is counted
            outcome = f"{type(error).__name__}: {error}"
        results.put((number, outcome, time.monotonic() - started))
    results.close()
    results.join_thread()


def main() -> int:
    """Print failures and times; end with 1 if there was a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--processes", type=int, default=8)
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    gate, results = context.Barrier(arguments.processes), context.Queue()
    with tempfile.TemporaryDirectory(prefix="ratchet-first-") as folder:
        given = (arguments.rounds, Path(folder), gate, results)
        processes = [context.Process(target=opener, args=given) for _ in range(arguments.processes)]
        for process in processes:
            process.start()
        found = [results.get(timeout=WAIT_SECONDS) for _ in range(arguments.rounds * arguments.processes)]
        for process in processes:
            process.join()
    failures = [outcome for _, outcome, _ in found if outcome]
    seconds = sorted(item[2] for item in found)
    print(
        f"{arguments.rounds} fresh stores, {arguments.processes} processes each: {len(failures)} of {len(found)} first uses failed; "
        f"median {seconds[len(seconds) // 2]:.1f} s, longest {seconds[-1]:.1f} s"
    )
    for failure in failures[:5]:
        print(f"  {failure[:300]}")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
