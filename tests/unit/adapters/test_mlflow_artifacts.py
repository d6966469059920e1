"""Threads of a download: how they go on after a fault, and that they give up a server that is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modelratchet.adapters.mlflow.artifacts import GivingUp


def failing(error: Exception, tried: list[str]) -> Callable[[str], None]:
    """A download that notes what it was asked for and fails."""

    def call(name: str) -> None:
        tried.append(name)
        raise error

    return call


def test_one_refused_connection_spares_the_tries_of_all_other_files() -> None:
    tried: list[str] = []
    call = failing(ConnectionRefusedError(111, "Connection refused"), tried)

    with GivingUp(1) as threads:
        started = [threads.submit(call, name) for name in "abc"]

    assert tried == ["a"]
    assert ["Connection refused" in str(future.exception()) for future in started] == [True] * 3


def test_any_other_fault_leaves_the_other_files_their_tries() -> None:
    tried: list[str] = []

    with GivingUp(1) as threads:
        for name in "abc":
            threads.submit(failing(RuntimeError("503"), tried), name)

    assert tried == ["a", "b", "c"]


def test_a_download_that_succeeds_gives_its_result() -> None:
    with GivingUp(2) as threads:
        assert threads.submit(len, "four").result() == pytest.approx(4)
