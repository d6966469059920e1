"""`PipelineRunner` on DVC's command line, whose output says which stage runs and which is left alone."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import yaml

from modelratchet.config.environment import JOURNAL_VARIABLE, TELEMETRY_OFF
from modelratchet.errors import ConfigError, OutsideError, StorageError
from modelratchet.usecases.ports.pipeline import RunRequest, StageDied, StageEvent, StageKept, StageSaid, StageStarted

PIPELINE = "dvc.yaml"
_STARTED = re.compile(r"^Running stage '([^']+)':")
_KEPT = re.compile(r"^Stage '([^']+)' (?:didn't change, skipping|is cached - skipping run)")
# of a stage that ran; what DVC says of inputs, outputs and `dvc.yaml` begins otherwise
_DIED = re.compile(r"^ERROR: failed to reproduce '([^']+)': failed to run: (?:.*, exited with (-?\d+)$)?")
_NOISE = re.compile(
    r"^(?:Data and pipelines are up to date|> exec python -m pipeline\.|Updating lock file|Use `dvc push`"
    r"|To track the changes|To enable auto|\tgit add|$)"
)
_BUSY = re.compile(r"blocked by|Unable to acquire lock|is busy")
_DISK = re.compile(
    r"No space left on device|disk I/O error|database or disk is full|File too large|Disk quota exceeded"
)
_GRACE_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1


class DvcPipelineRunner:
    """Runs `dvc repro` in `root` with this interpreter's environment first on the path."""

    def __init__(self, root: Path, extra: Mapping[str, str] | None = None) -> None:
        """Take the folder that holds `dvc.yaml`, and what the stages' environment gets besides."""
        self._root = root
        self._extra = dict(extra or {})

    def stages(self) -> tuple[str, ...]:
        """Names of all stages.

        Raises:
            ConfigError: `dvc.yaml` is missing or has no stages.
        """
        try:
            pipeline = yaml.safe_load((self._root / PIPELINE).read_bytes())
            return tuple(pipeline["stages"])
        except FileNotFoundError as error:
            raise ConfigError(PIPELINE, ["it is not here"], hint="Run this in the project's root folder.") from error
        except (yaml.YAMLError, TypeError, KeyError) as error:
            raise ConfigError(PIPELINE, [f"no stages can be read from it: {error}"]) from error

    def run(self, request: RunRequest, watch: Callable[[StageEvent], None]) -> bool:
        """Run `dvc repro`; see the port."""
        command = [sys.executable, "-m", "dvc", "repro", *(["--force"] if request.force else []), *request.stages]
        is_busy, is_full, last = False, False, "dvc"
        with subprocess.Popen(
            command,
            cwd=self._root,
            env={**_environment(request.journal), **self._extra},
            text=True,
            bufsize=1,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=partial(_end_with, os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509 - two system calls, no lock
        ) as process:
            try:
                for line in process.stdout or ():
                    is_busy = is_busy or bool(_BUSY.search(line))
                    is_full = is_full or (line.startswith("ERROR") and bool(_DISK.search(line)))
                    last = _report(line.rstrip("\n"), watch) or last
            except BaseException:
                _stop(process)
                raise
        if process.returncode and is_busy:
            raise OutsideError(
                "another run is going on in this folder", hint="Wait until it is done, then run this again."
            )
        if process.returncode and is_full:
            raise StorageError("DVC could not write: the disk is full", hint="Free some space, then run this again.")
        if process.returncode < 0:
            watch(StageDied(last, process.returncode))
        return process.returncode == 0


def _environment(journal: Path) -> dict[str, str]:
    binaries = str(Path(sys.executable).parent)
    path = os.pathsep.join([binaries, os.environ.get("PATH", os.defpath)])
    return {
        **os.environ,
        **TELEMETRY_OFF,
        "PATH": path,
        "PYTHONUNBUFFERED": "1",
        JOURNAL_VARIABLE: str(journal.absolute()),
    }


def _report(line: str, watch: Callable[[StageEvent], None]) -> str:
    """Tell what a line says; the stage's name where one started."""
    if started := _STARTED.match(line):
        watch(StageStarted(started[1]))
        return started[1]
    if kept := _KEPT.match(line):
        watch(StageKept(kept[1]))
    elif not _NOISE.match(line):
        watch(StageSaid(line))
    if died := _DIED.match(line):
        watch(StageDied(died[1], int(died[2]) if died[2] else None))
    return ""


def _end_with(parent: int) -> None:
    """Ask Linux to end DVC, and with it its stage, when `ratchet` is killed: another run may come and edit the settings under it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was killed before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def _stop(process: subprocess.Popen[str]) -> None:
    """End DVC and its stage: the terminal's Ctrl-C has reached them already, any other end has not."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
