"""`ratchet serve` as a person runs it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec

from modelratchet.adapters.model_signing_signer import ModelSigningSigner
from modelratchet.adapters.uvicorn_model_server.environment import own_environment
from modelratchet.adapters.uvicorn_model_server.foreground import ForegroundServer
from modelratchet.adapters.uvicorn_model_server.processes import end, start
from modelratchet.core.schema import Column, Schema
from modelratchet.core.tasks import Task
from modelratchet.storage.bundles import Bundle, make_bundle, write_bundle
from modelratchet.wiring.serving import curl_line
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.ports import free_port
from tests.samples.bundles import binary_bundle
from tests.samples.served import ROW, predict, sample_app

pytestmark = pytest.mark.integration
PARAMS = Path(__file__).parents[2] / "params.yaml"
RATCHET = (sys.executable, "-m", "modelratchet")


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, once it has printed how to ask, and what it printed till then."""
    command = [*RATCHET, "serve", "bundle", *arguments]
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            printed = ""
            for line in process.stdout:
                printed += line
                if line.startswith("Ctrl-C"):
                    break
            yield process, printed
        finally:
            if process.poll() is None:
                process.kill()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bundle(binary_bundle(), tmp_path / "bundle")
    return tmp_path


def test_printed_curl_line_works_as_pasted(folder: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    with serving(folder, "--port", str(free_port())) as (_, printed):
        (line,) = [line for line in printed.splitlines() if line.startswith("curl ")]
        answer = subprocess.run(["sh", "-c", f"{line} -s"], capture_output=True, text=True, check=True)

    assert json.loads(answer.stdout)["model"]["bundle"] == binary_bundle().digest


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_with_0_and_no_traceback(folder: Path, stop: signal.Signals) -> None:
    with serving(folder, "--port", str(free_port())) as (process, _):
        process.send_signal(stop)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)

        assert (process.returncode, errors) == (0, "")


def test_a_second_ctrl_c_does_not_wait_for_what_was_begun(folder: Path) -> None:
    port = free_port()
    head = b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n"
    with serving(folder, "--port", str(port)) as (process, _), socket.create_connection(("127.0.0.1", port)) as begun:
        begun.sendall(head)
        assert begun.recv(100).startswith(b"HTTP/1.1 100 ")  # it waits for the body
        process.send_signal(signal.SIGINT)
        wait_until(lambda: not _listens(port))  # it has heard the first
        assert process.poll() is None
        process.send_signal(signal.SIGINT)

        assert process.wait(PATIENCE_SECONDS) == 130


def test_server_ends_when_the_command_is_killed(folder: Path) -> None:
    port = free_port()
    with serving(folder, "--port", str(port)) as (process, _):
        process.kill()
        process.wait()
    wait_until(lambda: not _listens(port))


def test_port_that_is_taken_is_told_in_one_message(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*RATCHET, "serve", "bundle", "--port", str(port)], cwd=folder, capture_output=True, text=True, check=False
        )

    assert done.returncode == 2
    assert f"port {port} of 127.0.0.1: address already in use" in done.stderr
    assert f"--port {port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--log", "bundle/model.onnx"), "bundle/model.onnx: file exists"),
        (("--log", "/proc/log"), "/proc/log: no such file or directory"),
        (("--host", "no-such-host.invalid"), "Name an address of this machine: --host 127.0.0.1"),
        (("--log", "foo://log"), "Protocol not known: foo"),
        (("--log", "foo://log", "--workers", "2"), "Protocol not known: foo"),
    ],
)
def test_what_could_never_work_is_said_before_anything_is_served(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    command = [*RATCHET, "serve", "bundle", "--port", str(free_port()), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_while_it_waits_for_a_registry_that_does_not_answer(folder: Path, stop: signal.Signals) -> None:
    shutil.copy(PARAMS, folder)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        environment = {**os.environ, "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        with subprocess.Popen([*RATCHET, "serve", "7"], cwd=folder, stderr=subprocess.PIPE, env=environment) as process:
            silent.accept()  # it has asked
            process.send_signal(stop)
            _, errors = process.communicate(timeout=PATIENCE_SECONDS)  # by itself it would give up, with 4

    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_bundle_that_no_key_signed_is_refused_where_one_is_given(folder: Path) -> None:
    (folder / "key.pem").write_text("a key")
    command = [*RATCHET, "serve", "bundle", "--public-key", "key.pem", "--port", str(free_port())]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert "bundle has no signature bundle.sig beside it" in done.stderr


def test_bundle_that_the_key_signed_is_served_and_logged(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "key.pem").write_bytes(
        key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    )
    public = key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(public)
    ModelSigningSigner(folder / "key.pem", None).sign(folder / "bundle")
    port = free_port()
    with serving(folder, "--port", str(port), "--public-key", "public.pem", "--log", "log") as (process, _):
        _asked(f"http://127.0.0.1:{port}")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)

    assert len(list((folder / "log").rglob("*.parquet"))) == 1


def test_changed_bundle_is_refused_by_name(folder: Path) -> None:
    (folder / "bundle" / "schema.json").write_text("{}")
    done = subprocess.run([*RATCHET, "serve", "bundle"], cwd=folder, capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert "schema.json was changed" in done.stderr


def test_no_name_of_a_column_or_category_leaves_the_curl_line() -> None:
    evil = "'; touch evil; echo '$HOME `id` \\ \" é"
    columns = (Column(evil, "categorical", True, None, None, (evil,)),)
    line = curl_line("http://127.0.0.1:1", _bundle(columns).schema).replace("curl", "printf '%s\\n'", 1)
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout.splitlines()[-1]) == {"rows": [{evil: evil}]}


def test_several_workers_answer_alike(folder: Path) -> None:
    port = free_port()
    with serving(folder, "--port", str(port), "--workers", "2") as (process, _):
        answers = {_asked(f"http://127.0.0.1:{port}") for _ in range(20)}
        workers = _processes(port) - 1
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)

    assert answers == {json.dumps(predict(sample_app(), {"rows": [ROW]}).document["predictions"])}
    assert workers >= 2
    assert _processes(port) == 0


def test_server_that_is_asked_to_end_does_so_with_0(folder: Path) -> None:
    environment = own_environment({"RATCHET_BUNDLE": str(folder / "bundle"), "RATCHET_PORT": str(free_port())})
    process = start(environment, folder, None, signal.SIGKILL)
    assert ForegroundServer(process, ("127.0.0.1", int(environment["RATCHET_PORT"]))).await_ready(PATIENCE_SECONDS)

    assert end(process) == 0


def _processes(port: int) -> int:
    """How many were told to serve there: the first one, and its workers."""
    found = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_server = b"python" in (entry / "cmdline").read_bytes()
            found += is_server and f"RATCHET_PORT={port}\0".encode() in (entry / "environ").read_bytes()
    return found


def _asked(address: str) -> str:
    import urllib.request

    request = urllib.request.Request(
        f"{address}/predict", json.dumps({"rows": [ROW]}).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return json.dumps(json.load(answer)["predictions"])


def _bundle(columns: tuple[Column, ...]) -> Bundle:
    schema = Schema("flights", Task.BINARY, "late", ("0", "1"), columns)
    return make_bundle(b"", schema, binary_bundle().manifest.lineage)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
