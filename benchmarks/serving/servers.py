"""Every server of the comparison: how it is started, with one worker each, and how it is spoken to.

Logging is as a user would find it: MLflow, MLServer and BentoML as they come; servers that we start under uvicorn write no access log, ours
as well as FastAPI, bare ASGI and the no-op. scikit-learn gets one thread, as onnxruntime has: with two on two cores, of which the load takes one, OpenMP's
threads wait for each other, and single answers take seconds.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.environments import interpreter_of
from benchmarks.serving.processes import Launch
from benchmarks.serving.wires import MLFLOW, MLSERVER, ROWS, Wire

OURS, OURS_BARE = "modelratchet", "modelratchet, checks, log and metrics off"
MLFLOW_SERVER, MLSERVER_SERVER, FASTAPI_PICKLE = "mlflow models serve", "MLServer", "FastAPI + pickle"
FASTAPI_ONNX, BENTOML_ONNX, BARE_ASGI, NO_OP = "FastAPI + ONNX", "@bentoml.api + ONNX", "bare ASGI + ONNX", "no-op"
_ONE_THREAD = {"OMP_NUM_THREADS": "1"}
SCIKIT_LEARN = (MLFLOW_SERVER, MLSERVER_SERVER, FASTAPI_PICKLE)


@dataclass(frozen=True)
class Server:
    """One competitor."""

    launch: Launch
    wire: Wire
    answers: bool = True
    """Whether its answers are the model's; the no-op's are not."""

    @property
    def name(self) -> str:
        """How tables call it."""
        return self.launch.name


def all_servers(model: Path, work: Path) -> list[Server]:
    """Everyone, ours first.

    Args:
        model: the folder that `flights` made.
        work: where our prediction log goes.
    """
    return [ours(model, work), ours_bare(model), *_scikit_learn(model), *_onnx(model), no_op(model)]


def ours(model: Path, work: Path, **environment: str) -> Server:
    """The product as it is shipped: checks, prediction log and metrics on."""
    return _ours(
        OURS, "modelratchet.serving", model, {"RATCHET_LOG_FOLDER": str(work / "prediction-log"), **environment}
    )


def ours_bare(model: Path) -> Server:
    """Ours with all that switched off: to tell what it costs, not how to run it."""
    return _ours(OURS_BARE, "benchmarks.serving.ours_bare", model, {"RATCHET_LOG_FOLDER": ""})


def no_op(model: Path) -> Server:
    """The same uvicorn with the same settings, and nothing behind it."""
    return Server(_under_uvicorn(NO_OP, "asgi", "no_op", model), ROWS, answers=False)


def bare_asgi(model: Path) -> Server:
    """The least in Python for the same answer."""
    return Server(_under_uvicorn(BARE_ASGI, "asgi", "bare_asgi", model), ROWS)


def _ours(name: str, module: str, model: Path, environment: dict[str, str]) -> Server:
    places = {"RATCHET_BUNDLE": str(model / "bundle"), "RATCHET_PORT": "{port}", "RATCHET_HOST": "127.0.0.1"}
    return Server(Launch(name, (sys.executable, "-m", module), {**places, **environment}, Path.cwd()), ROWS)


def _scikit_learn(model: Path) -> list[Server]:
    mlflow = interpreter_of("mlflow")
    mlflow_command = ("models", "serve", "-m", str(model / "mlflow"), "--env-manager", "local", "-p", "{port}")
    # `mlflow models serve` looks for uvicorn on the path
    path = f"{mlflow.parent}:/usr/local/bin:/usr/bin:/bin"
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "PATH": path, **_ONE_THREAD}
    mlserver = interpreter_of("mlserver")
    ports = {"MLSERVER_HTTP_PORT": "{port}", "MLSERVER_GRPC_PORT": "0", "MLSERVER_METRICS_PORT": "0", **_ONE_THREAD}
    return [
        Server(
            Launch(MLFLOW_SERVER, (str(mlflow.parent / "mlflow"), *mlflow_command, "-w", "1"), quiet, model), MLFLOW
        ),
        Server(
            Launch(
                MLSERVER_SERVER, (str(mlserver.parent / "mlserver"), "start", str(model / "mlserver")), ports, model
            ),
            MLSERVER,
        ),
        Server(_under_uvicorn(FASTAPI_PICKLE, "fastapi", "fastapi_pickle", model), ROWS),
    ]


def _onnx(model: Path) -> list[Server]:
    bentoml = interpreter_of("bentoml")
    service = "benchmarks.serving.peers.bentoml_onnx:Flights"
    command = (str(bentoml.parent / "bentoml"), "serve", service, "--host", "127.0.0.1", "-p", "{port}")
    quiet = {"BENTOML_DO_NOT_TRACK": "true", "PEER_MODEL": str(model)}
    return [
        Server(_under_uvicorn(FASTAPI_ONNX, "fastapi", "fastapi_onnx", model), ROWS),
        Server(Launch(BENTOML_ONNX, command, quiet, Path.cwd()), ROWS),
        bare_asgi(model),
    ]


def _under_uvicorn(name: str, environment: str, module: str, model: Path) -> Launch:
    command = (str(interpreter_of(environment)), "-m", "benchmarks.serving.peers.run_uvicorn", module, "{port}")
    return Launch(name, command, {"PEER_MODEL": str(model), **_ONE_THREAD}, Path.cwd())
