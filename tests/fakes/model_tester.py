"""Tests of a model that end as they are told to."""

from __future__ import annotations

from modelratchet.core.model_tests import ModelTest


class FakeModelTester:
    """The port `ModelTester`."""

    def __init__(self, *tests: ModelTest) -> None:
        self.tests = tests

    def run(self) -> tuple[ModelTest, ...]:
        return self.tests
