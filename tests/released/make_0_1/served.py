"""What real servers of the finished project write and answer: prediction logs, feedback, `serving.json`."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modelratchet.adapters.uvicorn_model_server.environment import HOST
from modelratchet.adapters.uvicorn_model_server.processes import free_port
from modelratchet.storage.bundles import write_bundle
from tests.released.make_0_1.store import Maker
from tests.samples.bundles import number_bundle
from tests.samples.projects import ROOT, Project

_PAUSE_SECONDS = 2.0
"""Longer than the log's `flush_seconds`: what was asked before it is in one file, what comes after in the next."""
ROWS: list[dict[str, Any]] = [
    {"weight_kg": 2.5, "distance_km": 700.0, "hour": 9, "stops": 4, "carrier": "Corvo", "region": "hills"},
    {"weight_kg": None, "distance_km": 20.0, "hour": 18, "stops": 0, "carrier": "Alba", "region": "plain"},
    {"weight_kg": 11.0, "distance_km": 450.0, "hour": 12, "stops": 3, "carrier": "Unseen", "region": "hills"},
]


def make_served(maker: Maker, target: Path) -> None:
    """Serve the champion twice and a regression once. The first server's parts are taken before it ends, the second's hour is merged."""
    work = maker.project.folder / "served"
    with _serving(maker, "champion", work / "first") as ask:
        (told,) = (work / "tmp").glob("ratchet-serve-*/serving.json")
        shutil.copy(told, target / "serving.json")
        (target / "question.json").write_text(json.dumps({"rows": ROWS}))
        (target / "answer.json").write_bytes(ask("/predict", {"rows": ROWS}, "first-1"))
        ask("/feedback", {"request_id": "first-1", "labels": ["yes", "no", "no"]}, "f-1")
        time.sleep(_PAUSE_SECONDS)
        ask("/predict", {"rows": ROWS[:1]}, "first-2")
        ask("/feedback", {"request_id": "first-2", "labels": ["no"]}, "f-2")
        ask("/feedback", {"request_id": "first-2", "labels": ["yes"]}, "f-3")
        time.sleep(_PAUSE_SECONDS)
        _take(work / "first", target / "log")
    with _serving(maker, "champion", work / "second") as ask:
        for number in range(3):
            ask("/predict", {"rows": ROWS[:2]}, f"second-{number}")
            time.sleep(_PAUSE_SECONDS)
        superseded = sorted((work / "second").rglob("*-000001.parquet"))
        _take_files(superseded, work / "second", target / "log")
    _take(work / "second", target / "log")
    serve_numbers(maker, target)


def serve_numbers(maker: Maker, target: Path) -> None:
    """A bundle that was made by hand, in a folder without settings: a regression's columns are others."""
    work = maker.project.folder / "served"
    write_bundle(number_bundle(), work / "rent" / "bundle")
    elsewhere = Maker(Project(work / "rent"), maker.environment)
    with _serving(elsewhere, "bundle", work / "third") as ask:
        ask("/predict", {"rows": [{"metres": 50.0, "year": 1990}, {"metres": 80.0, "year": None}]}, "rent-1")
        ask("/feedback", {"request_id": "rent-1", "labels": [10_450.5, 801]}, "f-4")
    _take(work / "third", target / "log_of_numbers")


@contextmanager
def _serving(maker: Maker, name: str, log: Path) -> Iterator[Any]:
    port = free_port()
    command = [sys.executable, "-m", "modelratchet", "serve", name, "--port", str(port), "--log", str(log)]
    folder = log.parent / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    told = {**maker.project.environment(**maker.environment), "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder)}
    told["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    with subprocess.Popen(command, cwd=maker.project.folder, env=told, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line.startswith("Ctrl-C") for line in process.stdout), "the server did not come up"

        def ask(path: str, document: Any, request_id: str) -> bytes:
            connection = http.client.HTTPConnection(HOST, port, timeout=20)
            headers = {"content-type": "application/json", "x-request-id": request_id}
            connection.request("POST", path, json.dumps(document).encode(), headers)
            response = connection.getresponse()
            body = response.read()
            assert response.status in (200, 202), body
            connection.close()
            return body

        yield ask
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def _take(log: Path, target: Path) -> None:
    _take_files(sorted(log.rglob("*.parquet")), log, target)


def _take_files(files: list[Path], log: Path, target: Path) -> None:
    for path in files:
        copied = target / path.relative_to(log)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
