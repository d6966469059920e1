"""Joins the tests of the model to pytest; the `test_model` stage calls it."""

from __future__ import annotations

import sys
from pathlib import Path

from modelratchet.adapters.pytest_model_tester import PytestModelTester, Suite
from modelratchet.config.layout import OWN_TESTS
from modelratchet.usecases.ports.pipeline import ModelTester

FIXTURES = "modelratchet.testing.fixtures"
SECONDS_PER_TEST = 300.0
"""A test that needs more says so: `@pytest.mark.time_limit(seconds)`. Tests are sources of their stage, so raising it runs them again."""


def model_tester() -> ModelTester:
    """Run pytest on `tests/model` of the current folder; what it prints goes to the stage's standard error."""
    return PytestModelTester(Suite(Path(), OWN_TESTS, (FIXTURES,)), SECONDS_PER_TEST, sys.stderr)
