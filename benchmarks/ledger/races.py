"""Promoters that start from one head at the same moment: one wins, every other is told, no event is lost, the alias is right.

    python -m benchmarks.ledger.races [--rounds 200] [--promoters 16] [--store sqlite|server|postgres]

Each promoter is a process of its own with the use case that `ratchet promote` ends in. A round is: all read the ledger, wait for each other, then
append. Every 25 rounds a new ledger begins, as a project's would be after some years.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.ledger.stores import STORES, store
from modelratchet.adapters.mlflow.address import StoreAddress, read_address
from modelratchet.core.folding import fold
from modelratchet.core.ledger import Event, State
from modelratchet.core.ledger_writing import Circumstances, overridden
from modelratchet.core.standing import Champion
from modelratchet.errors import EvidenceError
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.write_ledger import Desk, write_event

ROUNDS_A_LEDGER = 25
WAIT_SECONDS = 300


@dataclass(frozen=True)
class Attempt:
    """What one promoter got in one round: `won`, `lost` (told so), or the name of an error."""

    model: str
    nonce: str
    outcome: str
    seconds: float


class _NoCertificates:
    """The race is for the ledger; certificates are measured elsewhere."""

    def ensure(self, event: Event) -> Path:
        return Path(f"{event.counter}.json")


class _NoMemory:
    def recall(self, _name: str) -> object:
        return None

    def remember(self, _name: str, _value: object) -> None:
        return


def promoter(number: int, address: StoreAddress, models: Sequence[str], gate: Any, results: Any) -> None:
    """One promoter process: every round once."""
    from modelratchet.adapters.mlflow.ledger import MlflowLedger
    from modelratchet.adapters.mlflow.registry import MlflowRegistry

    ledger = MlflowLedger(address)
    reader = LedgerReader(ledger, _NoMemory(), "race")
    target = Champion(str(number + 1), f"sha256:{number + 1:064x}", None)

    def draft(state: State, found: Circumstances) -> Event:
        return overridden(state, target, "race", found)

    reader.history(models[0])
    for round_number, model in enumerate(models):
        gate.wait(WAIT_SECONDS)
        history = reader.history(model)
        nonce = f"{round_number}-{number}"
        found = Circumstances(datetime.now(UTC), nonce, f"promoter {number}", "unknown", 90)
        desk = Desk(reader, MlflowRegistry(address), _NoCertificates(), partial(_same, found))
        gate.wait(WAIT_SECONDS)
        results.put(_attempted(desk, history, draft, nonce))
    results.close()
    results.join_thread()


def _same(found: Circumstances) -> Circumstances:
    return found


def _attempted(desk: Desk, history: Any, draft: Any, nonce: str) -> Attempt:
    started = time.monotonic()
    try:
        write_event(desk, history, draft)
        outcome = "won"
    except EvidenceError as error:
        outcome = "lost" if "while this was decided" in error.message else f"EvidenceError: {error.message}"
    except Exception as error:  # noqa: BLE001 - whatever else a promoter gets is counted against us
        outcome = f"{type(error).__name__}: {error}"
    return Attempt(history.model, nonce, outcome, time.monotonic() - started)


def race(address: StoreAddress, promoters: int, rounds: int) -> list[Attempt]:
    """Run all rounds and collect what every promoter got."""
    models = [f"race-{number // ROUNDS_A_LEDGER}" for number in range(rounds)]
    for model in sorted(set(models)):
        _register(address, model, promoters)
    context = multiprocessing.get_context("spawn")
    gate, results = context.Barrier(promoters), context.Queue()
    processes = [
        context.Process(target=promoter, args=(number, address, models, gate, results)) for number in range(promoters)
    ]
    for process in processes:
        process.start()
    attempts: list[Attempt] = []
    try:
        attempts.extend(results.get(timeout=WAIT_SECONDS) for _ in range(promoters * rounds))
    finally:
        for process in processes:
            if len(attempts) < promoters * rounds:
                process.terminate()
            process.join()
    return attempts


def faults(address: StoreAddress, attempts: Sequence[Attempt], rounds: int) -> list[str]:
    """All that is not as it should be; empty when every promise held."""
    from modelratchet.adapters.mlflow.ledger import MlflowLedger

    ledger, found = MlflowLedger(address), []
    found += [
        f"{count} x {text}"
        for text, count in Counter(a.outcome for a in attempts).items()
        if text not in ("won", "lost")
    ]
    winners, stored, n_accepted = set(), set(), 0
    for model in sorted({attempt.model for attempt in attempts}):
        history = fold(model, ledger.read(model))
        n_accepted += len(history.accepted)
        winners |= {item.event.nonce for item in history.accepted}
        stored |= {item.event.nonce for item in (*history.accepted, *history.void)}  # type: ignore[attr-defined]
        shown = ledger.projection(model)
        if (shown.champion, shown.head) != (history.state.champion.version, history.state.head):
            found.append(f"{model}: alias {shown.champion}, ledger {history.state.champion.version}")
    told = {attempt.nonce for attempt in attempts if attempt.outcome == "won"}
    if n_accepted != rounds:
        found.append(f"{n_accepted} winners in {rounds} rounds")
    if told != winners:
        found.append(f"{len(told ^ winners)} promoters were told wrongly")
    missing = {attempt.nonce for attempt in attempts} - stored
    if missing:
        found.append(f"{len(missing)} events were lost")
    return found


def _register(address: StoreAddress, model: str, n_versions: int) -> None:
    from modelratchet.adapters.mlflow.store import connect

    client = connect(address)
    experiment = client.create_experiment(
        model, artifact_location=(address.artifact_root and f"{address.artifact_root}/{model}") or None
    )
    run = client.create_run(experiment)
    client.create_registered_model(model)
    for _ in range(n_versions):
        client.create_model_version(model, f"{run.info.artifact_uri}/model", run.info.run_id, await_creation_for=0)


def main() -> int:
    """Race on the stores asked for, print a row each, and end with 1 if any promise broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--promoters", type=int, default=16)
    parser.add_argument("--store", choices=STORES, action="append")
    arguments = parser.parse_args()
    has_failed = False
    print(
        f"{'store':10}{'rounds':>8}{'attempts':>10}{'won':>6}{'told':>7}{'p50 s':>8}{'p95 s':>8}{'max s':>8}  faults",
        flush=True,
    )
    for kind in arguments.store or STORES:
        with tempfile.TemporaryDirectory(prefix="ratchet-races-") as name, store(kind, Path(name)) as variables:
            os.environ.update(variables)
            address = read_address(Path(name), variables)
            attempts = race(address, arguments.promoters, arguments.rounds)
            found = faults(address, attempts, arguments.rounds)
        has_failed |= bool(found)
        print(_row(kind, arguments.rounds, attempts) + ("none" if not found else "; ".join(found)), flush=True)
    return int(has_failed)


def _row(kind: str, rounds: int, attempts: Sequence[Attempt]) -> str:
    seconds = sorted(attempt.seconds for attempt in attempts)
    outcomes = Counter(attempt.outcome for attempt in attempts)
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return (
        f"{kind:10}{rounds:8}{len(attempts):10}{outcomes['won']:6}{outcomes['lost']:7}"
        f"{statistics.median(seconds):8.2f}{p95:8.2f}{seconds[-1]:8.2f}  "
    )


if __name__ == "__main__":
    sys.exit(main())
