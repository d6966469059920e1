"""The description of every route at `/docs.json`, made from the table of routes and the bundle's schema. `json_schemas` makes the types.

Source: OpenAPI Specification 3.1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from modelratchet.serving.exchange import FOR_PEOPLE, PredictionRoute, Route
from modelratchet.serving.json_schemas import PROBLEM, Shapes, of_rows
from modelratchet.serving.problems import MEDIA_TYPE, Problem, at
from modelratchet.serving.served import Served

AnyRoute = Route | PredictionRoute
_EXAMPLE_ID = "order-7.1"

_NO_BODY: tuple[tuple[str, Problem], ...] = (
    ("The body did not come whole in time", Problem(408, "body-too-slow", "the body was not whole within 10 s")),
    (
        "The body, or the number of rows, is larger than allowed",
        Problem(413, "too-many-rows", "found 20,000 rows, expected at most 10,000; send them in parts"),
    ),
    ("The server failed", Problem(500, "internal", "the server failed; its log says why")),
    (
        "There is more to do than can be done in time",
        Problem(503, "deadline-exceeded", "10,000 rows were not answered within 10 s; send fewer at once"),
    ),
)
_BODY: tuple[tuple[str, Problem], ...] = (
    ("The body is not what its media type says", Problem(400, "invalid-utf8", "the body is not UTF-8")),
    (
        "No media type that `accept` names can be written",
        Problem(406, "not-acceptable", "found accept 'text/html', expected application/json"),
    ),
    (
        "The body's media type is not read here",
        Problem(415, "unsupported-media-type", "found content type 'text/html', expected one of application/json"),
    ),
    (
        "A row or a value is not as the schema has it; `row` and `column` say where",
        at("wrong-type", "found text, expected a number or null", 0, "hour"),
    ),
)
_NO_LOG = (
    "This server keeps no prediction log",
    Problem(404, "no-prediction-log", "this server keeps no prediction log"),
)
_HEADERS: Mapping[str, str] = {
    "x-request-id": "The caller's own, where it is 1 to 64 of A-Z a-z 0-9 . _ -; else made here",
    "x-model-version": "The version that answered",
}


def openapi_document(routes: Iterable[AnyRoute], served: Served) -> dict[str, Any]:
    """The whole document, as JSON data.

    Args:
        routes: the table; of two with one method and path the later counts, as in the application.
        served: the model.
    """
    table = {(route.method, route.path): route for route in sorted(routes, key=_is_for_people)}
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), route in table.items():
        paths.setdefault(_template(path), {})[method.lower()] = _operation(route, served)
    return {
        "openapi": "3.1.0",
        "info": _info(served),
        "tags": [{"name": tag} for tag in dict.fromkeys(route.documentation.tag for route in table.values())],
        "paths": paths,
        "components": _components(served),
    }


def _info(served: Served) -> dict[str, Any]:
    model = served.model
    said = "null is a missing value. Every answer carries `x-request-id` and `x-model-version`; every refusal is a problem document."
    return {
        "title": model["name"],
        "version": model["version"],
        "description": f"Answers of a {served.schema.task} model for `{served.schema.label}`. {said}",
        "x-bundle": model["bundle"],
    }


def _components(served: Served) -> dict[str, Any]:
    return {
        "schemas": {**of_rows(served.schema, served.settings), "Problem": dict(PROBLEM)},
        "headers": {
            name: {"description": said, "required": True, "schema": {"type": "string"}}
            for name, said in _HEADERS.items()
        },
        "responses": {str(problem.status): _refusal(said, problem) for said, problem in (*_NO_BODY, *_BODY, _NO_LOG)},
    }


def _refusal(said: str, problem: Problem) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem.document(_EXAMPLE_ID)}
    return {"description": said, "headers": _header_references(), "content": {MEDIA_TYPE: content}}


def _operation(route: AnyRoute, served: Served) -> dict[str, Any]:
    documentation = route.documentation
    found = {
        "summary": documentation.summary,
        "tags": [documentation.tag],
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()}{route.path}", flags=re.ASCII).strip("_"),
        "parameters": [_REQUEST_ID],
        "responses": _responses(route, served),
    }
    if documentation.requests:
        content = _content(documentation.requests, _shapes(route, served, is_request=True))
        found["requestBody"] = {"required": True, "content": content}
    return found


_REQUEST_ID = {
    "name": "x-request-id",
    "in": "header",
    "description": "Your own name for this request; it comes back, and stands in the prediction log",
    "schema": {"type": "string"},
}


def _responses(route: AnyRoute, served: Served) -> dict[str, Any]:
    answered: dict[str, Any] = {"description": "Answered", "headers": _header_references()}
    content = _content(route.documentation.answers, _shapes(route, served, is_request=False))
    refusals = _NO_BODY if route.method == "GET" else (*_NO_BODY, *_BODY)
    if route.method == "POST" and isinstance(route, Route):
        refusals = (*refusals, _NO_LOG)
    references = {str(problem.status): _response_reference(problem.status) for _, problem in refusals}
    return {
        str(int(route.documentation.status)): answered | ({"content": content} if content else {}),
        **dict(sorted(references.items())),
    }


def _response_reference(status: int) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{status}"}


def _header_references() -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}


def _shapes(route: AnyRoute, served: Served, *, is_request: bool) -> Shapes:
    return Shapes({column.name for column in served.schema.columns}, is_request, route.documentation.optional)


def _content(examples: Mapping[str, bytes], shapes: Shapes) -> dict[str, Any]:
    """By media type; `application/json;columns` is the example `columns` of that type, and an empty one says only that there is such a type."""
    grouped: dict[str, dict[str, Any]] = {}
    for name, body in examples.items():
        media_type, _, form = name.partition(";")
        examples_here = grouped.setdefault(media_type, {})
        if body:
            examples_here[form.strip() or "example"] = _value(media_type, body)
    return {media_type: _media(media_type, values, shapes) for media_type, values in grouped.items()}


def _media(media_type: str, values: Mapping[str, Any], shapes: Shapes) -> dict[str, Any]:
    schema = shapes.fitting(values.values()) if _is_json(media_type) else {"type": "string"}
    return {"schema": schema} | (
        {"examples": {name: {"value": value} for name, value in values.items()}} if values else {}
    )


def _value(media_type: str, body: bytes) -> Any:
    return msgspec.json.decode(body) if _is_json(media_type) else body.decode()


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or media_type.endswith("+json")


def _is_for_people(route: AnyRoute) -> bool:
    """The pages' parts stand last: who reads this looks for the rest."""
    return route.documentation.tag == FOR_PEOPLE


def _template(path: str) -> str:
    """A path as OpenAPI writes it: in an address' own letters, so that a brace is no parameter."""
    return quote(path)
