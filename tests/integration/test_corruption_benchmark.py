"""The benchmark of corruptions finds all, and would tell if a check found nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.corruption import tried
from benchmarks.corruption_targets import FilePlace, Target, targets

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def test_a_few_corruptions_of_each_kind_are_found(tmp_path: Path) -> None:
    random = np.random.default_rng(1)

    counts = {target.kind: tried(target, 6, random) for target in targets(tmp_path)}

    assert len(counts) == 7
    assert {kind: count.missed for kind, count in counts.items() if count.missed} == {}


def test_a_check_that_finds_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"some bytes")

    count = tried(Target("x", "nobody", (FilePlace(tmp_path / "x"),), lambda: None), 5, np.random.default_rng(1))

    assert len(count.missed) == 5
    assert (tmp_path / "x").read_bytes() == b"some bytes"
