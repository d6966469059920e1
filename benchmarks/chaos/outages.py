"""A tracking server that fails: `python -m benchmarks.chaos.outages [--trials N] [--fault down|errors|dropped|slow] [--lanes N]`.

Each trial does a whole story through a faulty proxy before a real `mlflow server`, as a model of its own, and then once more when
the server is well. What a trial may end with is 0, or 4 with a message that says what to do.

    down     the server is gone after a random number of requests, and stays so
    errors   30 % of the requests are answered with 500 or 503
    dropped  15 % of the replies are lost after the server has acted, 0.2 % are cut in the middle
    slow     15 % of the replies take up to twice the client's time limit (here 2 s instead of the usual 10, to save time)
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.chaos.invariants import Store
from benchmarks.chaos.processes import Ended, expect_done, forked, preload, side_by_side
from benchmarks.chaos.served import proxy_process
from benchmarks.chaos.story import begin, faults, go_on
from modelratchet.adapters.mlflow.address import StoreAddress, read_address
from modelratchet.errors import ExitCode
from tests.faulty_proxy import Faults
from tests.mlflow_stores import served_store
from tests.samples.candidates import MODEL

SLOW_TIMEOUT_SECONDS = 2


@dataclass(frozen=True)
class Trial:
    """A kind of fault, and which of its trials it is."""

    fault: str
    number: int
    faults: Faults


@dataclass(frozen=True)
class Survived:
    """How the first call ended, and what was wrong in the end."""

    trial: Trial
    first: Ended
    n_void: int
    faults: tuple[str, ...]


def faults_of(fault: str, dice: random.Random, n_requests: int) -> Faults:
    """Draw the faults of one trial; `n_requests` is what the story takes when all is well."""
    seed = dice.randrange(1 << 30)
    return {
        "down": Faults(down_after=dice.randrange(n_requests), seed=seed),
        "errors": Faults(share_500=0.3, seed=seed),
        "dropped": Faults(share_dropped=0.15, share_cut=0.002, seed=seed),
        "slow": Faults(share_slow=0.15, slow_s=2.0 * SLOW_TIMEOUT_SECONDS, seed=seed),
    }[fault]


FAULTS = ("down", "errors", "dropped", "slow")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line for each kind of fault; 1 if anything was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--fault", nargs="+", choices=FAULTS, default=list(FAULTS))
    parser.add_argument("--lanes", type=int, default=7, help="trials at a time; they mostly wait")
    parser.add_argument("--seed", type=int, default=20130101)
    options = parser.parse_args(arguments)
    print(
        "| fault | trials | ended with 0 | ended with 4 | other ends | longest, s | stored twice, void | broken states | next call completes |\n"
        f"|{'---|' * 9}"
    )
    started, found = time.perf_counter(), []
    for fault in options.fault:
        seen = _fault(fault, options)
        print(f"| {fault} | {_counts(seen)} |", flush=True)
        found += seen
    for item in [item for item in found if item.faults][:20]:
        print(f"\n{item.trial.fault} {item.trial.number}: {'; '.join(item.faults)}")
    for message, count in Counter(_shape(item) for item in found if item.first.code == ExitCode.OUTSIDE).most_common(5):
        print(f"\n{count} times: {message}")
    print(f"\nseed {options.seed}, {options.lanes} at a time, {time.perf_counter() - started:.0f} s")
    return int(any(item.faults for item in found))


def _fault(fault: str, options: argparse.Namespace) -> list[Survived]:
    if fault == "slow":
        os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] = str(SLOW_TIMEOUT_SECONDS)
    preload()
    dice = random.Random(f"{options.seed} {fault}")
    with tempfile.TemporaryDirectory(prefix="ratchet-chaos-") as folder, served_store(Path(folder)) as server:
        n_requests = _requests(Path(folder), server)
        trials = [Trial(fault, number, faults_of(fault, dice, n_requests)) for number in range(options.trials)]
        return list(side_by_side(partial(suffer, Path(folder), server), trials, options.lanes))


def suffer(folder: Path, server: StoreAddress, trial: Trial) -> Survived:
    """Do the story with faults, and again without."""
    model = f"{MODEL}-{trial.fault}-{trial.number}"
    place = folder / "projects" / model
    expect_done(forked(partial(begin, place, server, model)), "beginning the story")
    with proxy_process(server.uri, trial.faults) as uri:
        first = forked(partial(go_on, place, read_address(place, {"MLFLOW_TRACKING_URI": uri}), model))
    store, found = Store(folder, model, place), _faults_of_end(first)
    second = forked(partial(go_on, place, server, model))
    if second.is_done:
        found += faults(store)
        before = store.fingerprint()
        third = forked(partial(go_on, place, server, model))
        if (third.code, third.value, store.fingerprint()) != (0, second.value, before):
            found.append(f"a repeat changed something: {third.value or third.message}")
    else:
        found.append(f"the next call ended with {second.code}: {second.message}")
    n_void = store.n_void()
    shutil.rmtree(place)
    return Survived(trial, first, n_void, tuple(found))


def _faults_of_end(ended: Ended) -> list[str]:
    if ended.code == ExitCode.OUTSIDE and ended.message and "again" in ended.hint + ended.message:
        return []
    return [] if ended.is_done else [f"ended with {ended.code}: {ended.message} / {ended.hint}"]


def _requests(folder: Path, server: StoreAddress) -> int:
    """How many requests the story makes."""
    place, model = folder / "projects" / "counted", f"{MODEL}-counted"
    expect_done(forked(partial(begin, place, server, model)), "beginning the story")
    return int(expect_done(forked(lambda: _counted(partial(go_on, place, server, model))), "the story").value)


def _counted(action: Callable[[], object]) -> int:
    from requests import Session

    send, seen = Session.send, []

    def counting(*arguments: Any, **named: Any) -> Any:
        seen.append(1)
        return send(*arguments, **named)

    # the child is thrown away, so nothing is put back
    setattr(Session, "send", counting)  # noqa: B010 - a method is not to be assigned to
    action()
    return len(seen)


def _shape(item: Survived) -> str:
    """A message without what differs from trial to trial."""
    words = item.first.message.split(": ")[0].split()
    return f"{' '.join(word for word in words if not any(c.isdigit() for c in word))} … / {item.first.hint}"


def _counts(seen: Sequence[Survived]) -> str:
    codes = Counter(item.first.code for item in seen)
    longest = max(item.first.seconds for item in seen)
    broken = sum(bool(item.faults) for item in seen)
    completed = sum(not any("next call" in fault for fault in item.faults) for item in seen)
    others = len(seen) - codes[0] - codes[4]
    cells = (len(seen), codes[0], codes[4], others, f"{longest:.0f}", sum(s.n_void for s in seen), broken, completed)
    return " | ".join(map(str, cells))


if __name__ == "__main__":
    sys.exit(main())
