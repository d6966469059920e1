"""Real stores for contract tests, each made once a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.address import StoreAddress
from tests.mlflow_stores import postgres_store, served_store, sqlite_store
from tests.postgres import missing

_OPENED: dict[str, Callable[[Path], AbstractContextManager[StoreAddress]]] = {
    "sqlite": lambda folder: nullcontext(sqlite_store(folder)),
    "server": served_store,
    "postgres": postgres_store,
}


@pytest.fixture(scope="module")
def mlflow_addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], StoreAddress]]:
    with ExitStack() as stack:
        made: dict[str, StoreAddress] = {}

        def address(kind: str) -> StoreAddress:
            if kind not in made:
                folder = tmp_path_factory.mktemp(kind)
                if kind == "postgres" and missing():
                    pytest.skip(missing())
                made[kind] = stack.enter_context(_OPENED[kind](folder))
            return made[kind]

        yield address


@pytest.fixture
def model(request: pytest.FixtureRequest) -> str:
    """A model of the test's own, for the real stores are shared."""
    return request.node.name.replace("[", "-").replace("]", "")[:60]
