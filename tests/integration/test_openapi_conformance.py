"""Schemathesis tries every route by the server's own `/docs.json`: the answers are as it says, and none is a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.samples.bundles import binary_bundle
from tests.samples.served import sample_app

pytestmark = pytest.mark.integration


@schemathesis.serializer("application/jsonlines")
def as_it_stands(_context: Any, value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


APP = sample_app(binary_bundle())
SCHEMA = schemathesis.openapi.from_asgi("/docs.json", APP)
# no schema can say that columns are of one length and tensors of their shape; and null stands for an absent member in more places than are described
BEYOND_SCHEMAS = [positive_data_acceptance, negative_data_rejection]


@SCHEMA.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_server_is_as_it_says(case: Any) -> None:
    case.call_and_validate(excluded_checks=BEYOND_SCHEMAS)
