"""A run ends with everything that it started, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal import act
from rehearsal.act import Running, Said
from rehearsal.keeper import descendants
from tests.patience import PATIENCE_SECONDS
from tests.rehearsal.small_hub import SmallHub, results
from tests.rehearsal.story import ROOT

# a server that a step forgot, a daemon that left its parent and its process group, and a step that waits for ever
STEPS = """\
- run: sleep 600 &
- run: setsid --fork sleep 600
- run: sleep 600
- run: echo cleaned up
  if: always()
"""


def command(*program: str) -> list[str]:
    return [sys.executable, "-S", "-P", "-m", "rehearsal.keeper", *program]


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def wait_for(count: int, process_id: int) -> list[int]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if len(found := descendants(process_id)) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{found} are fewer than {count} processes")


def gone(process_ids: list[int]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{process_id}").exists() for process_id in process_ids):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_whoever_starts_the_keeper_and_dies_takes_everything_along(
    environment: dict[str, str], how: signal.Signals
) -> None:
    kept = command("bash", "-c", "setsid --fork sleep 600; (sleep 600 &); sleep 600")
    starter = subprocess.Popen([sys.executable, "-c", f"import subprocess; subprocess.run({kept!r})"], env=environment)
    found = wait_for(4, starter.pid)
    starter.send_signal(how)
    starter.wait()
    assert gone(found)


# a busy machine: the program has begun, and the keeper has not yet been told so
SLOW_START = """
import subprocess, sys, time
from rehearsal import keeper
class Slow(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        time.sleep(60)
subprocess.Popen = Slow
sys.exit(keeper.main(["bash", "-c", "(sleep 600 &); sleep 600"]))
"""


def test_a_keeper_that_is_ended_while_its_program_begins_takes_everything_along(environment: dict[str, str]) -> None:
    keeper = subprocess.Popen([sys.executable, "-c", SLOW_START], env=environment)
    found = wait_for(2, keeper.pid)
    keeper.terminate()
    keeper.terminate()
    assert keeper.wait() == 128 + signal.SIGTERM
    assert gone(found)


def test_the_code_of_the_program_is_handed_on(environment: dict[str, str]) -> None:
    assert subprocess.run(command("bash", "-c", "exit 7"), env=environment, check=False).returncode == 7


def test_what_a_program_leaves_behind_ends_with_it(environment: dict[str, str]) -> None:
    marker = "600.0123"
    subprocess.run(
        command("bash", "-c", f"setsid --fork sleep {marker}; (sleep {marker} &)"), env=environment, check=True
    )
    assert not any(marker in line for line in _commands())


def test_a_cancelled_run_ends_its_step_and_cleans_up(small: SmallHub) -> None:
    told = replace(small, github=replace(small.github, watch=_when("Run Main sleep 600\n", "cancel")))  # type: ignore[arg-type]
    run = told.run(STEPS)
    assert run["conclusion"] in ("failure", "cancelled")
    assert results(run)[-1] == "success"


def test_a_killed_run_is_cancelled_and_leaves_no_process(small: SmallHub) -> None:
    before = set(_commands())
    told = replace(small, github=replace(small.github, watch=_when("Run Main sleep 600\n", "kill")))  # type: ignore[arg-type]
    run = told.run(STEPS)
    assert run["conclusion"] == "cancelled"
    assert results(run)[-1] == "skipped"
    assert not [line for line in set(_commands()) - before if "sleep 600" in line or "hostexecutor" in line]


def test_a_run_that_says_nothing_for_too_long_is_killed(small: SmallHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(act, "RUN_SECONDS", 5)
    with pytest.raises(TimeoutError, match="took more than 5 s"):
        small.run("- run: sleep 600.0456")
    assert not [line for line in _commands() if "600.0456" in line]


def _when(text: str, what: str) -> object:
    def watch(said: Said, running: Running) -> None:
        if text.strip() == str(said.get("msg")).removeprefix("⭐ ").strip():
            time.sleep(0.3)
            getattr(running, what)()

    return watch


def _commands() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
