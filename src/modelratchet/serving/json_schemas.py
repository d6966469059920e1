"""JSON Schemas of what goes in and out, for `openapi`: of rows from the bundle's schema, of all else from the examples of it.

Source: JSON Schema 2020-12, which OpenAPI 3.1 uses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelratchet.core.schema import MISSING_CATEGORY, Column, Schema
from modelratchet.serving.settings import ServingSettings

LARGEST = float(np.nextafter(2.0**128 - 2.0**103, 0))
"""What still becomes the largest float32, and not infinity, when it is rounded."""

_MOST_SHOWN = 100
_RATHER_MANY = 8

PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457, Problem Details for HTTP APIs",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:modelratchet:problem:", "description": "stable, for programs"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what was found and what was expected"},
        "error": {"type": "string", "description": "the same, for clients of the Open Inference Protocol"},
        "request_id": {"type": "string"},
        "row": {"type": "integer", "minimum": 0, "description": "counted from 0, where it is about one"},
        "column": {"type": "string", "description": "where it is about one"},
    },
}


def of_rows(schema: Schema, settings: ServingSettings) -> dict[str, Any]:
    """`Row`, `Columns` and `Answer` of a bundle under its policy."""
    columns = {column.name: _of_column(column, settings) for column in schema.columns}
    lists = {
        name: {"type": "array", "items": value, "minItems": 1, "maxItems": settings.maximum_rows}
        for name, value in columns.items()
    }
    return {"Row": _closed(columns), "Columns": _closed(lists), "Answer": _of_answer(schema)}


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _of_column(column: Column, settings: ServingSettings) -> dict[str, Any]:
    found = _number(column, settings) if column.kind == "numeric" else _category(column, settings)
    if not column.allows_missing:
        return found
    if "enum" in found:
        found["enum"] = [*found["enum"], MISSING_CATEGORY, None]
    return found | {"type": [found["type"], "null"]}


def _number(column: Column, settings: ServingSettings) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "number", "minimum": -LARGEST, "maximum": LARGEST}
    if column.minimum is None or column.maximum is None:
        return found
    if settings.out_of_range == "refuse":
        return found | {"minimum": column.minimum, "maximum": column.maximum}
    said = f"{column.minimum:g} to {column.maximum:g} in training; others are answered and counted"
    return found | {"description": said, "x-minimum": column.minimum, "x-maximum": column.maximum}


def _category(column: Column, settings: ServingSettings) -> dict[str, Any]:
    if settings.unseen_categories == "refuse":
        return {"type": "string", "enum": list(column.categories)}
    found: dict[str, Any] = {"type": "string", "description": "others than those of training are answered and counted"}
    if not column.allows_missing:
        found["minLength"] = 1
    return found | {"x-categories": list(column.categories[:_MOST_SHOWN])}


def _of_answer(schema: Schema) -> dict[str, Any]:
    if not schema.task.is_classification:
        return {"type": "object", "properties": {"prediction": {"type": "number"}}, "required": ["prediction"]}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    shares = _closed(dict.fromkeys(schema.classes, share))
    label = {"type": "string", "enum": list(schema.classes)}
    return {
        "type": "object",
        "properties": {"label": label, "probabilities": shares},
        "required": ["label", "probabilities"],
    }


@dataclass(frozen=True)
class Shapes:
    """What fits examples: rows, columns and answers are recognised inside of them; of the rest the types are told.

    `columns` are the schema's; in a request (`is_request`) a member that stands beside others may be left out, and `optional` ones may be null or
    left out in any case.
    """

    columns: Collection[str]
    is_request: bool
    optional: Collection[str] = ()

    def fitting(self, values: Collection[Any]) -> dict[str, Any]:
        """What fits each of these, which are decoded JSON."""
        return _any_of([self._of(value) for value in values])

    def _of(self, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return self._of_object(value)
        if isinstance(value, list):
            return {"type": "array", "items": self.fitting(value)}
        return {} if value is None else {"type": _kind(value)}

    def _of_object(self, value: Mapping[str, Any]) -> dict[str, Any]:
        if self.is_request and set(value) == self.columns:
            return _ref("Columns" if all(isinstance(item, list) for item in value.values()) else "Row")
        if not self.is_request and set(value) in ({"label", "probabilities"}, {"prediction"}):
            return _ref("Answer")
        needed = [name for name in value if name not in self.optional]
        return {
            "type": "object",
            "properties": {name: self._member(name, item) for name, item in value.items()},
            "required": needed if len(value) == 1 or not self.is_request else [],
        }

    def _member(self, name: str, value: Any) -> dict[str, Any]:
        shape = self._of(value)
        return {"anyOf": [shape, {"type": "null"}]} if name in self.optional else shape


def _any_of(shapes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    distinct: list[dict[str, Any]] = []
    for shape in shapes:
        if shape and shape not in distinct:
            distinct.append(shape)
    if len(distinct) > _RATHER_MANY or not distinct:
        return {}
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
