"""The page of all settings against the classes that read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from modelratchet.config.params import Params

PAGE = Path(__file__).parents[3] / "docs/how-to/params.md"
TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "array": "list",
    "object": "mapping",
    "boolean": "true or false",
}


@dataclass(frozen=True)
class Documented:
    key: str
    type: str
    default: str


def fields() -> list[Documented]:
    """Every key that may stand in params.yaml, in order, with its type and default as the page words them."""
    schema = Params.model_json_schema()
    return list(_fields(Params, schema, schema, ""))


def _fields(model: type[BaseModel], schema: dict[str, Any], root: dict[str, Any], prefix: str) -> Iterator[Documented]:
    for name, field in model.model_fields.items():
        found = schema["properties"][name]
        inner = _resolved(found, root)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _fields(field.annotation, inner, root, f"{prefix}{name}.")
        else:
            default = "required" if field.is_required() else f"`{_yaml(field.get_default(call_default_factory=True))}`"
            yield Documented(prefix + name, _type(inner, root), default)


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    return root["$defs"][reference.rsplit("/", 1)[1]] if reference else schema


def _type(schema: dict[str, Any], root: dict[str, Any]) -> str:
    schema = _resolved(schema, root)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(item, root) for item in schema["anyOf"] if item.get("type") != "null"))
    if "enum" in schema:
        return "one of a few words"
    return "moment" if schema.get("format") == "date-time" else TYPES[schema["type"]]


def _yaml(value: Any) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return value if isinstance(value, str) else json.dumps(value)


@pytest.fixture(scope="module")
def documented() -> dict[str, list[str]]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return {key.strip("`"): rest for key, *rest in cells}


@pytest.mark.parametrize("field", fields(), ids=lambda field: field.key)
def test_page_tells_type_default_and_meaning_of_every_key(field: Documented, documented: dict[str, list[str]]) -> None:
    kind, default, meaning = documented[field.key]

    assert (kind, default) == (field.type, field.default)
    assert meaning.endswith(".")


def test_page_tells_of_no_key_that_is_not_there(documented: dict[str, list[str]]) -> None:
    assert list(documented) == [field.key for field in fields()]
