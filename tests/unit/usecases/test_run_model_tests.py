"""The record of the tests is about the bytes that were tested, or there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.core.model_tests import ModelTest, ModelTests, TestOutcome
from modelratchet.errors import DigestError, MissingEvidenceError
from modelratchet.storage.bundles import write_bundle
from modelratchet.usecases.run_model_tests import run_model_tests
from tests.fakes.model_tester import FakeModelTester
from tests.samples.bundles import binary_bundle

FAILED = ModelTest("tests/model/test_a.py::test_one", TestOutcome.FAILED, "assert 0.4 > 0.5")


class Meddler(FakeModelTester):
    """A test that writes another model over the candidate."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def run(self) -> tuple[ModelTest, ...]:
        write_bundle(binary_bundle(weight=2.0), self._folder)
        return super().run()


def test_a_failed_test_is_recorded_for_the_bundle_that_failed_it(tmp_path: Path) -> None:
    write_bundle(binary_bundle(), tmp_path / "bundle")

    made = binary_bundle()
    assert run_model_tests(FakeModelTester(FAILED), tmp_path / "bundle") == ModelTests(
        made.digest, (FAILED,), made.model_digest
    )


def test_no_tests_are_an_empty_record(tmp_path: Path) -> None:
    write_bundle(binary_bundle(), tmp_path / "bundle")

    assert run_model_tests(FakeModelTester(), tmp_path / "bundle").tests == ()


def test_without_a_candidate_there_is_no_record(tmp_path: Path) -> None:
    with pytest.raises(MissingEvidenceError):
        run_model_tests(FakeModelTester(), tmp_path / "bundle")


def test_a_test_that_changes_the_candidate_spoils_the_record(tmp_path: Path) -> None:
    write_bundle(binary_bundle(), tmp_path / "bundle")

    with pytest.raises(DigestError, match="another model than before"):
        run_model_tests(Meddler(tmp_path / "bundle"), tmp_path / "bundle")
