"""Serves a chosen bundle on this machine: `ratchet serve`."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.errors import ConfigError, MissingEvidenceError
from modelratchet.serving.samples import sample_rows, write_json
from modelratchet.serving.settings import (
    BUNDLE_VARIABLE,
    DEPLOYMENT_FILE,
    HOST_VARIABLE,
    LOG_FOLDER_VARIABLE,
    LOG_LEVEL_VARIABLE,
    PORT_VARIABLE,
    PUBLIC_KEY_VARIABLE,
    SIGNATURE_FILE,
    WORKERS_VARIABLE,
)
from modelratchet.storage.bundles import write_bundle
from modelratchet.storage.files import write_record
from modelratchet.wiring.choosing import choose, deployment_of

if TYPE_CHECKING:
    from modelratchet.adapters.uvicorn_model_server.foreground import ForegroundServer
    from modelratchet.core.schema import Schema
    from modelratchet.usecases.choose_bundle import Chosen

READY_SECONDS = 60


@dataclass(frozen=True)
class Wish:
    """What a person asked to be served, and where. `log` is a folder or an address for fsspec; empty for no log."""

    name: str
    host: str
    port: int
    workers: int
    log: str
    public_key: Path | None


@dataclass(frozen=True)
class Serving:
    """A server that answers; when it ended before that, `server.exit_code` is what it ended with and it has said why."""

    server: ForegroundServer
    title: str
    address: str
    example: str


@contextmanager
def serving(wish: Wish) -> Iterator[Serving]:
    """Serve a bundle for as long as the block runs, from a private folder that nobody else can change.

    Raises:
        InputError: there is no such bundle, the port is taken, or the log's folder cannot be written.
        EvidenceError: the bundle was changed, or is not signed where a key was given.
        OutsideError: registry or server failed.
    """
    from modelratchet.adapters.uvicorn_model_server.foreground import foreground_server

    chosen = choose(wish.name)
    with tempfile.TemporaryDirectory(prefix="ratchet-serve-") as name:
        folder = Path(name)
        deployment = deployment_of(chosen)
        write_bundle(chosen.bundle, folder / "bundle")
        write_record(folder / DEPLOYMENT_FILE, deployment)
        if wish.public_key is not None:
            _copy_signature(wish, folder)
        with foreground_server(folder, _environment(wish, folder), (wish.host, wish.port)) as server:
            server.await_ready(READY_SECONDS)
            address = f"http://{_shown(wish.host)}:{wish.port}"
            title = f"{deployment.name} version {deployment.version} ({_role(chosen)})"
            yield Serving(server, title, address, curl_line(address, chosen.bundle.schema))


def curl_line(address: str, schema: Schema) -> str:
    """A command for a POSIX shell that asks for one typical row.

    Quoted whole, so that no column or category of any name ends the argument or is taken for another command.
    """
    body = write_json({"rows": sample_rows(schema)}).decode()
    return f"curl {address}/predict -H 'content-type: application/json' -d {shlex.quote(body)}"


def _environment(wish: Wish, folder: Path) -> dict[str, str]:
    return {
        # that it starts and stops is told by `ratchet serve` itself
        LOG_LEVEL_VARIABLE: os.environ.get(LOG_LEVEL_VARIABLE) or "warning",
        BUNDLE_VARIABLE: str(folder / "bundle"),
        HOST_VARIABLE: wish.host,
        PORT_VARIABLE: str(wish.port),
        WORKERS_VARIABLE: str(wish.workers),
        LOG_FOLDER_VARIABLE: wish.log if "://" in wish.log or not wish.log else _writable(Path(wish.log)),
        PUBLIC_KEY_VARIABLE: str(wish.public_key.absolute()) if wish.public_key else "",
    }


def _writable(folder: Path) -> str:
    """The whole path of a folder for the log. A server goes on without one that fails later; who only misspelt it hears so now."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return str(folder.absolute())
    except OSError as error:
        fault = f"{folder}: {(error.strerror or str(error)).lower()}"
        raise ConfigError(
            "the prediction log", [fault], hint="Name a folder that can be written: --log FOLDER"
        ) from error


def _copy_signature(wish: Wish, folder: Path) -> None:
    """The server looks for it beside the bundle."""
    signature = Path(wish.name).absolute().parent / SIGNATURE_FILE
    if not Path(wish.name).is_dir() or not signature.is_file():
        raise MissingEvidenceError(
            f"{wish.name} has no signature {SIGNATURE_FILE} beside it",
            hint="`ratchet package --sign KEY` makes one; serve the folder `bundle` that it names.",
        )
    shutil.copyfile(signature, folder / SIGNATURE_FILE)


def _role(chosen: Chosen) -> str:
    return chosen.role if not chosen.role.startswith("version ") else "as asked"


def _shown(host: str) -> str:
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"[{reachable}]" if ":" in reachable else reachable
