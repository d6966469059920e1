"""Schemathesis tries every route by the server's own `/docs.json`: the answers are as it says, and none is a 5xx."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import checks

from tests.samples.bundles import binary_bundle
from tests.samples.served import sample_app

pytestmark = pytest.mark.integration

APP = sample_app(binary_bundle())
SCHEMA = schemathesis.openapi.from_asgi("/docs.json", APP)


@SCHEMA.parametrize()
@settings(max_examples=15, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_server_is_as_it_says(case: Any) -> None:
    case.call_and_validate()
