"""What changed since the champion: differences only."""

from __future__ import annotations

from dataclasses import replace

from modelratchet.core.changes import Change, CodeChange, DataChange, Origin, changes_between
from modelratchet.core.manifest import Lineage
from modelratchet.core.run_facts import DatasetFacts

LINEAGE = Lineage("sha256:d", "sha256:p", "sha256:s", "sha256:l", {"numpy": "2.4.6", "onnx": "1.23.2"})
OLD = Origin(
    {"seed": "1", "train.estimator": "forest"},
    (DatasetFacts("train", "sha256:1", 100),),
    "aaa",
    is_dirty=False,
    lineage=LINEAGE,
)


def test_equal_origins_differ_in_nothing() -> None:
    found = changes_between("3", OLD, OLD)

    assert (found.params, found.data, found.libraries, found.is_lock_same) == ((), (), (), True)
    assert found.code == CodeChange("aaa", "aaa", is_dirty=False, is_same=True)


def test_params_that_changed_came_or_went_are_named_in_order() -> None:
    found = changes_between("3", OLD, replace(OLD, params={"seed": "2", "split": "time"}))

    assert found.params == (
        Change("seed", "1", "2"),
        Change("split", None, "time"),
        Change("train.estimator", "forest", None),
    )


def test_rows_are_told_apart_by_digest_also_when_they_are_as_many() -> None:
    found = changes_between("3", OLD, replace(OLD, datasets=(DatasetFacts("train", "sha256:2", 100),)))

    assert found.data == (DataChange("train", 100, 100),)


def test_another_commit_may_hold_the_same_code() -> None:
    found = changes_between("3", OLD, replace(OLD, commit="bbb", is_dirty=True))

    assert found.code == CodeChange("aaa", "bbb", is_dirty=True, is_same=True)


def test_libraries_and_the_lock_are_compared_by_what_made_the_bundle() -> None:
    lineage = replace(
        LINEAGE, libraries={"numpy": "2.5.0", "onnx": "1.23.2"}, lock_digest="sha256:m", source_digest="sha256:t"
    )

    found = changes_between("3", OLD, replace(OLD, lineage=lineage))

    assert found.libraries == (Change("numpy", "2.4.6", "2.5.0"),)
    assert (found.is_lock_same, found.code.is_same) == (False, False)
