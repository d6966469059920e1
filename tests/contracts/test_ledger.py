"""What every ledger does: the fake, MLflow on SQLite, on PostgreSQL, behind its server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.ledger import MlflowLedger
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.core.folding import fold
from modelratchet.core.ledger import Event, State, beginning
from modelratchet.core.ledger_writing import overridden
from modelratchet.core.standing import Champion
from modelratchet.usecases.ports.promotions import Ledger, Projection
from tests.fakes.ledger import FakeLedger
from tests.samples.candidates import bundle, candidate
from tests.samples.ledgers import circumstances

NOTHING = Projection(None, None, None, None)


@pytest.fixture(
    params=[
        "fake",
        pytest.param("sqlite", marks=pytest.mark.integration),
        pytest.param("server", marks=pytest.mark.integration),
        pytest.param("postgres", marks=pytest.mark.integration),
    ]
)
def ledger(
    request: pytest.FixtureRequest,
    mlflow_addresses: Callable[[str], StoreAddress],
    model: str,
    tmp_path: Path,
) -> Ledger:
    """A ledger, and a registry that holds versions 1 and 2 of the model."""
    if request.param == "fake":
        return FakeLedger()
    address = mlflow_addresses(request.param)
    registry = MlflowRegistry(address)
    for number in (1, 2):
        registry.record(candidate(tmp_path / str(number), f"k{number}", bundle(number / 10), model=model))
    return MlflowLedger(address)


def crown(state: State, number: int, nonce: str) -> Event:
    named = Champion(str(number), bundle(number / 10).digest, None)
    return overridden(state, named, "because — of\nreasons", circumstances(state.counter, nonce))


def read(ledger: Ledger, model: str) -> State:
    return fold(model, ledger.read(model)).state


def test_a_model_without_events_has_none(ledger: Ledger, model: str) -> None:
    assert ledger.read(model) == ()
    assert ledger.projection(f"{model}-unknown") == NOTHING


def test_events_come_back_as_they_were_in_the_order_they_were_stored(ledger: Ledger, model: str) -> None:
    first = crown(beginning(model), 1, "n1")
    ledger.append(first)
    second = crown(read(ledger, model), 2, "n2")
    ledger.append(second)

    history = fold(model, ledger.read(model))
    assert [(item.number, item.event) for item in history.accepted] == [(1, first), (2, second)]


def test_an_event_that_lost_is_kept_too(ledger: Ledger, model: str) -> None:
    for number in (1, 2):
        ledger.append(crown(beginning(model), number, f"n{number}"))

    history = fold(model, ledger.read(model))
    assert history.state.champion.version == "1"
    assert [item.event.nonce for item in history.void] == ["n2"]


def test_aliases_and_tags_say_what_the_state_says(ledger: Ledger, model: str) -> None:
    ledger.append(crown(beginning(model), 1, "n1"))
    ledger.project(read(ledger, model))
    ledger.append(crown(read(ledger, model), 2, "n2"))
    state = read(ledger, model)

    assert ledger.project(state)
    assert ledger.projection(model) == Projection("2", "1", state.head, 2)
    assert not ledger.project(state)


def test_a_slow_projector_with_an_old_state_leaves_the_newest(ledger: Ledger, model: str) -> None:
    ledger.append(crown(beginning(model), 1, "n1"))
    old = read(ledger, model)
    ledger.append(crown(old, 2, "n2"))

    ledger.project(old)

    assert ledger.projection(model).champion == "2"


def test_projecting_nobody_changes_nothing_that_is_not_there(ledger: Ledger, model: str) -> None:
    assert not ledger.project(beginning(model))
    assert ledger.projection(model) == NOTHING


def test_another_models_ledger_is_another(ledger: Ledger, model: str) -> None:
    ledger.append(crown(beginning(model), 1, "n1"))

    assert ledger.read(f"{model}-other") == ()


def test_the_longest_reason_fits(ledger: Ledger, model: str) -> None:
    event = replace(crown(beginning(model), 1, "n1"), reason="ü" * 2000)
    ledger.append(event)

    assert fold(model, ledger.read(model)).accepted[0].event == event
