"""Bills of materials against CycloneDX's own schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cyclonedx.exception import MissingOptionalDependencyException
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from modelratchet.adapters.cyclonedx_bill_writer import CyclonedxBillWriter
from modelratchet.usecases.ports.serving import Distribution, Goods
from tests.samples.bundles import binary_bundle

CONTENTS = (
    Distribution("pypi", "uvicorn", "0.54.0", "BSD-3-Clause"),
    Distribution("pypi", "odd", "1", "some license of its own"),
    Distribution("deb", "libc6", "2.36-9+deb12u10"),
)
GOODS = Goods("flights:1-2", "sha256:" + "a" * 64, binary_bundle(), "7", CONTENTS)


@pytest.fixture(scope="module")
def bill() -> Any:
    return json.loads(CyclonedxBillWriter().bill(GOODS))


def test_bill_is_valid(bill: Any) -> None:
    try:
        fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill))
    except MissingOptionalDependencyException as error:
        pytest.skip(f"cyclonedx validates only with its extra: {error}")
    assert fault is None


def test_model_is_a_component_with_the_digest_of_its_bundle(bill: Any) -> None:
    (model,) = [item for item in bill["components"] if item["type"] == "machine-learning-model"]

    assert (model["name"], model["version"]) == ("flights", "7")
    assert f"sha256:{model['hashes'][0]['content']}" == binary_bundle().digest
    assert {part["name"] for part in model["components"]} == {"model.onnx", "schema.json"}


def test_packages_have_addresses_and_licenses(bill: Any) -> None:
    found = {item["purl"]: item.get("licenses") for item in bill["components"] if "purl" in item}

    assert found == {
        "pkg:pypi/uvicorn@0.54.0": [{"expression": "BSD-3-Clause"}],
        "pkg:pypi/odd@1": [{"license": {"name": "some license of its own"}}],
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u10": None,
    }


def test_equal_goods_give_equal_bytes() -> None:
    assert CyclonedxBillWriter().bill(GOODS) == CyclonedxBillWriter().bill(GOODS)
