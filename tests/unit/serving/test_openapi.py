"""What `/docs.json` says is valid OpenAPI, has examples that work, and allows the rows that the server answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from modelratchet.core.schema import Column, Schema
from modelratchet.core.tasks import Task
from modelratchet.serving.app import App
from modelratchet.serving.json_schemas import of_rows
from modelratchet.serving.openapi import openapi_document
from modelratchet.serving.settings import ServingSettings
from modelratchet.storage.bundles import Bundle
from tests.samples.bundles import binary_bundle, choice_bundle, number_bundle
from tests.samples.served import ROW, call, predict, sample_app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return sample_app(log_folder=str(tmp_path_factory.mktemp("log")))


@pytest.fixture(scope="module")
def document(app: App) -> Any:
    return call(app, "GET", "/docs.json").document


def test_the_document_is_openapi(document: Any) -> None:
    validate(document)
    assert document["info"]["x-bundle"] == binary_bundle().digest


def test_every_route_of_the_table_is_described(app: App, document: Any) -> None:
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == set(app._routes)


@pytest.mark.parametrize("bundle", [binary_bundle(), number_bundle(), choice_bundle()])
def test_every_example_of_a_request_works_as_it_stands(bundle: Bundle, tmp_path: Path) -> None:
    app = sample_app(bundle, log_folder=str(tmp_path))
    document = call(app, "GET", "/docs.json").document
    validate(document)
    tried = {
        (path, name): call(app, "POST", path, body, {"content-type": media_type}).status
        for path, media_type, name, body in examples(document)
    }
    assert {("/predict", "columns"), ("/feedback", "rows")} <= set(tried)
    assert {place: status for place, status in tried.items() if status not in {200, 202}} == {}


def examples(document: Any) -> Iterator[tuple[str, str, str, bytes]]:
    for path, item in document["paths"].items():
        for media_type, content in item.get("post", {}).get("requestBody", {}).get("content", {}).items():
            for name, example in content["examples"].items():
                value = json.dumps(example["value"]) if media_type.endswith("json") else example["value"]
                yield path, media_type, name, value.encode()


@pytest.mark.parametrize("settings", [{}, {"unseen_categories": "refuse"}, {"out_of_range": "refuse"}])
@pytest.mark.parametrize(
    "changed",
    [{"hour": None}, {"hour": 99}, {"hour": "noon"}, {"hour": 1e39}, {"hour": True}, {"carrier": "ZZ"}, {"carrier": ""},
     {"carrier": None}, {"x": 1}],
)  # fmt: skip
def test_the_schema_allows_a_row_just_where_the_server_does(settings: Any, changed: Any) -> None:
    app = sample_app(**settings)
    schema = call(app, "GET", "/docs.json").document["components"]["schemas"]["Row"]
    row = ROW | changed

    assert Draft202012Validator(schema).is_valid(row) == (predict(app, {"rows": [row]}).status == 200)


def test_a_row_without_a_column_is_refused_by_schema_and_server(app: App, document: Any) -> None:
    schema = document["components"]["schemas"]["Row"]
    assert not Draft202012Validator(schema).is_valid({"hour": 1})
    assert predict(app, {"rows": [{"hour": 1}]}).status == 422


def test_answers_and_problems_are_as_the_schemas_say(app: App, document: Any) -> None:
    def is_valid(name: str, value: Any) -> bool:
        return Draft202012Validator({"$ref": f"#/components/schemas/{name}", **document}).is_valid(value)

    assert is_valid("Answer", predict(app, {"rows": [ROW]}).document["predictions"][0])
    assert is_valid("Problem", predict(app, {"rows": [ROW | {"hour": "noon"}]}).document)
    assert not is_valid("Answer", {"label": "2", "probabilities": {"0": 0.5, "1": 0.5}})


def test_a_regression_answers_a_number_and_a_missing_category_may_be_refused_as_unseen() -> None:
    columns = (Column("town", "categorical", allows_missing=True, minimum=None, maximum=None, categories=("A",)),)
    schema = Schema("rent", Task.REGRESSION, "euro", (), columns)
    found = of_rows(schema, ServingSettings(Path(), unseen_categories="refuse"))

    assert found["Answer"]["properties"] == {"prediction": {"type": "number"}}
    assert found["Row"]["properties"]["town"] == {"type": ["string", "null"], "enum": ["A", "", None]}


def test_braces_in_a_path_are_no_parameters(app: App) -> None:
    odd = replace(app._routes["GET", "/livez"], path="/v2/{x}/é")
    served = SimpleNamespace(model={"name": "m", "version": "1", "bundle": "b"}, schema=binary_bundle().schema)
    served.settings = app._settings

    assert list(openapi_document([odd], served)["paths"]) == ["/v2/%7Bx%7D/%C3%A9"]
