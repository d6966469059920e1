"""A night of simulations is red where the gate errs more often than promised, and only there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.gate.__main__ import Promise, main, promises


@pytest.mark.parametrize(
    ("promise", "is_broken"),
    [
        (Promise("errs", 1000, 20_000, most=0.05), False),
        (Promise("errs", 1080, 20_000, most=0.05), False),
        (Promise("errs", 1600, 20_000, most=0.05), True),
        (Promise("passes", 17_900, 20_000, least=0.9), False),
        (Promise("passes", 16_900, 20_000, least=0.9), True),
        (Promise("never", 0, 50, most=0.05), False),
    ],
)
def test_chance_alone_breaks_no_promise(promise: Promise, is_broken: bool) -> None:
    assert promise.is_broken is is_broken


@pytest.mark.parametrize(("count", "code"), [(0, 0), (100, 1)])
def test_the_exit_code_tells(count: int, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    def simulated(_trials: int, _seed: int) -> Iterator[Promise]:
        yield Promise("bad ones pass", count, 100, most=0.05)

    assert main([], simulated) == code
    assert f"{code} promises broken" in capsys.readouterr().out


@pytest.mark.slow
def test_the_gate_keeps_its_promises_on_a_few_trials() -> None:
    assert not [promise.name for promise in promises(2000, 1) if promise.is_broken]
