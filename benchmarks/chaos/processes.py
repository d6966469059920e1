"""One child for each trial, forked from a parent that has imported MLflow already, so that a trial costs well under a second.

MLflow takes 3 to 5 s to import. The parent starts no thread and opens no database, so that nothing half-owned is forked.
Called by `kills`, `outages` and `disk`.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any, TypeVar

from modelratchet.adapters.mlflow.address import prepare_environment
from modelratchet.errors import ExitCode, RatchetError

KILLED = -int(signal.SIGKILL)
STUCK = -int(signal.SIGALRM)
UNEXPECTED = int(ExitCode.BUG)
LIMIT_SECONDS = 240

_LANE: dict[str, Callable[..., Any]] = {}

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Ended:
    """How a child ended: an exit code of `errors`, `KILLED`, `STUCK`, or `UNEXPECTED` for an error that is none of ours.

    `value` is what the action gave, as text; `message` and `hint` are the error's.
    """

    code: int
    value: str
    message: str
    hint: str
    seconds: float

    @property
    def is_done(self) -> bool:
        """Whether it did what it was asked."""
        return self.code == 0


def preload() -> None:
    """Import what the children need. The parent may do nothing else with it."""
    prepare_environment()
    import mlflow.pyfunc
    import mlflow.store.model_registry.sqlalchemy_store
    import mlflow.store.tracking.sqlalchemy_store
    import model_signing
    import onnxruntime
    import pandas as pd

    assert all((mlflow, model_signing, onnxruntime, pd))


def forked(action: Callable[[], object], kill_after_s: float | None = None) -> Ended:
    """Run the action in a child; kill the child after a time if one is given, wherever it is then."""
    reading, writing = os.pipe()
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _play_child(action, writing)
    os.close(writing)
    if kill_after_s is not None:
        time.sleep(max(0.0, kill_after_s - (time.perf_counter() - started)))
        os.kill(pid, signal.SIGKILL)
    said = _read_all(reading)
    is_stuck = said is None
    if is_stuck:
        os.kill(pid, signal.SIGKILL)
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    seconds = time.perf_counter() - started
    if os.WIFSIGNALED(status) or not said:
        return Ended(
            STUCK if is_stuck else KILLED, "", f"still running after {LIMIT_SECONDS} s" if is_stuck else "", "", seconds
        )
    return Ended(**{**json.loads(said), "seconds": seconds})


def expect_done(ended: Ended, doing: str) -> Ended:
    """Stop where an operation fails by itself: then nothing can be learnt from faults."""
    if not ended.is_done:
        raise SystemExit(f"{doing} failed without a fault put in: {ended.message}")
    return ended


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item], lanes: int) -> Iterator[Result]:
    """Do the work on each item, some of them at a time, each lane a process of its own; results come as they are ready."""
    if lanes == 1:
        yield from map(work, items)
        return
    with get_context("fork").Pool(lanes, _take_up, (work,)) as pool:
        yield from pool.imap_unordered(_work_on, items)


def _take_up(work: Callable[..., object]) -> None:
    """Keep what a lane has to do: it comes with the fork, so that it may be anything, not only what can be pickled."""
    _LANE["work"] = work


def _work_on(item: object) -> Any:
    return _LANE["work"](item)


def _read_all(reading: int) -> bytes | None:
    """Everything up to the end of the pipe, or None when the time is up."""
    said, deadline = b"", time.monotonic() + LIMIT_SECONDS
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        part = os.read(reading, 65536)
        if not part:
            return said
        said += part


def _play_child(action: Callable[[], object], writing: int) -> None:
    """Never returns: a forked child that ran on would play the parent a second time."""
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.write(writing, json.dumps(asdict(_outcome(action))).encode())
    finally:
        os._exit(0)


def _outcome(action: Callable[[], object]) -> Ended:
    try:
        return Ended(0, str(action()), "", "", 0.0)
    except RatchetError as error:
        return Ended(int(error.exit_code), "", error.message, error.hint, 0.0)
    except BaseException:  # noqa: BLE001 - whatever gets out is a finding
        return Ended(UNEXPECTED, "", traceback.format_exc()[-2000:], "", 0.0)
    finally:
        sys.stdout.flush()
