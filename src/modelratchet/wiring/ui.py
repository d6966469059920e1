"""What `ratchet ui` opens: the team's server where there is one, else a server of our own on this project's store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from modelratchet.adapters.mlflow.run_list import QUERY
from modelratchet.adapters.mlflow.server import ServerOptions, mlflow_server
from modelratchet.config import layout
from modelratchet.core.receipt import Receipt
from modelratchet.errors import EvidenceError
from modelratchet.storage.files import read_record
from modelratchet.wiring.registry import store_address


@dataclass(frozen=True)
class Page:
    """An address to open in a browser."""

    address: str
    is_remote: bool

    def __str__(self) -> str:
        return self.address


@contextmanager
def open_ui(port: int) -> Iterator[Page]:
    """Give the address of the list of runs, served for as long as the block runs.

    Raises:
        TrackingError: the server could not be started.
    """
    address = store_address()
    path = _path()
    if address.is_server:
        yield Page(f"{address.shown}/{path}", is_remote=True)
        return
    layout.STATE.mkdir(exist_ok=True)
    with mlflow_server(address, ServerOptions(port=port, log=layout.STATE / "mlflow-server.log")) as server:
        yield Page(f"{server.uri}/{path}", is_remote=False)


def _path() -> str:
    """The latest run's experiment, with the columns that matter here."""
    try:
        experiment = read_record(layout.RECEIPT, Receipt).experiment_id
    except EvidenceError:
        return "#/experiments?workflowType=machine_learning"
    return f"#/experiments/{experiment}/runs?{QUERY}"
