"""A written format changes with its version alone, and grows by fields that an older file may lack."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from tests.architecture.stage_sources import ROOT
from tests.format_shapes import WRITTEN, golden, shape_of

RAISE = "raise VERSION, add the field with `added(VERSION)`, then run `python -m tests.format_shapes`"


@pytest.mark.parametrize("record", WRITTEN, ids=lambda record: record.FORMAT)
def test_a_format_is_what_was_written_down_of_its_version(record: Any) -> None:
    assert golden()[record.FORMAT].get(str(record.VERSION)) == shape_of(record), RAISE


@pytest.mark.parametrize("record", WRITTEN, ids=lambda record: record.FORMAT)
def test_a_later_version_keeps_all_fields_of_an_earlier_one(record: Any) -> None:
    shapes = [shape for _, shape in sorted(golden()[record.FORMAT].items(), key=lambda item: int(item[0]))]

    for earlier, later in pairwise(shapes):
        assert set(earlier) <= set(later)


def test_every_format_of_the_sources_is_written_down() -> None:
    named = {
        found
        for path in (ROOT / "src").rglob("*.py")
        for found in re.findall(r'FORMAT: ClassVar\[str\] = "([^"]+)"', path.read_text(encoding="utf-8"))
    }

    assert {record.FORMAT for record in WRITTEN} == named
