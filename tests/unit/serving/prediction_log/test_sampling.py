"""The sample is a share of all ids, whatever ids look like, and the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from modelratchet.serving.prediction_log.sampling import Sample

IDS: list[Callable[[int], str]] = [
    lambda number: f"order-{number}",
    lambda number: f"3f0a9c1be7d24455-{number}",
    lambda number: str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)),
    lambda number: f"{number:08x}",
]


@pytest.mark.parametrize("make_id", IDS)
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_the_share_that_is_kept_is_the_share_asked_for(make_id: Callable[[int], str], share: float) -> None:
    sample = Sample(share)
    kept = sum(sample.holds(make_id(number)) for number in range(50_000))

    assert kept / 50_000 == pytest.approx(share, abs=0.008)


def test_all_and_nothing_are_exact() -> None:
    assert all(Sample(1.0).holds(f"r{number}") for number in range(1000))
    assert not any(Sample(0.0).holds(f"r{number}") for number in range(1000))


def test_a_larger_share_holds_all_that_a_smaller_one_holds() -> None:
    ids = [f"r{number}" for number in range(2000)]
    assert {one for one in ids if Sample(0.1).holds(one)} < {one for one in ids if Sample(0.2).holds(one)}


def test_which_requests_are_held_never_changes_between_releases() -> None:
    assert [number for number in range(40) if Sample(0.1).holds(f"request-{number}")] == [3, 9, 20]
