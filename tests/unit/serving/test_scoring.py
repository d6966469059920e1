"""A bundle answers records, and says what is wrong with bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelratchet.errors import DataError, DigestError
from modelratchet.serving.scoring import Scorer
from modelratchet.storage.bundles import write_bundle
from tests.samples.bundles import binary_bundle


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(binary_bundle())


def test_each_record_gets_its_label_and_the_share_of_every_class(scorer: Scorer) -> None:
    early, late = scorer.score([{"hour": 3, "carrier": "AA"}, {"hour": 20.5, "carrier": "AA"}])

    assert (early["label"], late["label"]) == ("0", "1")
    assert sum(late["probabilities"].values()) == pytest.approx(1.0)


def test_missing_values_are_answered(scorer: Scorer) -> None:
    assert scorer.score([{"hour": 20, "carrier": None}]) == scorer.score([{"hour": 20}])


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"hour": "noon", "carrier": "AA"}, "row 1, column hour: found 'noon'"),
        ({"hour": float("inf"), "carrier": "AA"}, "finite"),
        ({"hour": 1, "carrier": 5}, "row 1, column carrier: found 5"),
        ({"hour": 1, "carier": "AA"}, "row 1 has unknown columns \\['carier'\\]"),
    ],
)
def test_bad_record_is_named_by_row_and_column(scorer: Scorer, record: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        scorer.score([{"hour": 1, "carrier": "AA"}, record])


def test_no_rows_are_refused(scorer: Scorer) -> None:
    with pytest.raises(DataError, match="no rows"):
        scorer.score([])


def test_flipped_byte_refuses_to_load(tmp_path: Path) -> None:
    write_bundle(binary_bundle(), tmp_path / "bundle")
    model = tmp_path / "bundle" / "model.onnx"
    data = bytearray(model.read_bytes())
    data[40] ^= 1
    model.write_bytes(bytes(data))

    with pytest.raises(DigestError):
        Scorer.open(tmp_path / "bundle")
