"""What the data scientist's own tests of the model said: `tests/model/`, run by the `test_model` stage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from modelratchet.core.formats import added


class TestOutcome(StrEnum):
    """How one test ended; an error in a fixture counts as failed."""

    __test__ = False  # pytest would take the class for tests

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class ModelTest:
    """One test: its pytest id, and the reason or the failed assertion (empty when it passed)."""

    name: str
    outcome: TestOutcome
    message: str


@dataclass(frozen=True)
class ModelTests:
    """All tests that were run against one bundle; none at all is said, not hidden."""

    FORMAT: ClassVar[str] = "modelratchet/model-tests"
    VERSION: ClassVar[int] = 2

    bundle_digest: str
    tests: tuple[ModelTest, ...]
    model_digest: str | None = added(2)
