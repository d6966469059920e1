"""What is wrong with a request, as an exception, and as the document that the caller gets: the one place where errors become answers.

Source: RFC 9457, Problem Details for HTTP APIs.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import msgspec

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:modelratchet:problem:"

_PLACE = re.compile(r" - at `(?P<path>.*)`$", re.DOTALL)
_NAMED = re.compile(r"^Object (?:contains unknown|missing required) field `(?P<name>.*)`$", re.DOTALL)
_MISTAKEN = re.compile(r"^Expected `(?P<expected>[^`]*)`, got `(?P<found>[^`]*)`$")
_WORDS = {
    "float": "a number",
    "int": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}
_ROW = re.compile(r"^\$\.?[^\[]*\[(?P<row>\d+)\](?:\.(?P<column>.*))?$", re.DOTALL)


class Problem(Exception):  # noqa: N818 - RFC 9457's own word; it is an answer as much as an error
    """A request that cannot be answered as it is."""

    def __init__(
        self, status: int, kind: str, detail: str, *, row: int | None = None, column: str | None = None
    ) -> None:
        """Keep what the document says.

        Args:
            status: of the answer, 4xx for what the caller can mend.
            kind: short and stable, for programs: `unknown-column`.
            detail: what was found and what was expected.
            row: counted from 0, where it is about one.
            column: its name, where it is about one.
        """
        super().__init__(detail)
        self.status, self.kind, self.detail, self.row, self.column = status, kind, detail, row, column

    def document(self, request_id: str) -> dict[str, Any]:
        """The members of the problem document."""
        found: dict[str, Any] = {
            "type": TYPE_PREFIX + self.kind,
            "title": self.kind.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id,
        }
        places = {"row": self.row, "column": self.column}
        return found | {name: value for name, value in places.items() if value is not None}


def unreadable(error: Exception) -> Problem:
    """What a decoder of JSON said, in our words."""
    if isinstance(error, msgspec.ValidationError):
        return _not_of_the_schema(str(error))
    if isinstance(error, RecursionError):
        return Problem(HTTPStatus.BAD_REQUEST, "too-deep", "the JSON is nested deeper than any request has to be")
    if isinstance(error, UnicodeDecodeError):
        return Problem(HTTPStatus.BAD_REQUEST, "invalid-utf8", f"the body is not UTF-8: {error.reason}")
    return Problem(HTTPStatus.BAD_REQUEST, "not-json", f"the body is not JSON: {error}")


def _not_of_the_schema(message: str) -> Problem:
    place = _PLACE.search(message)
    said = message[: place.start()] if place else message
    where = _ROW.match(place["path"]) if place else None
    row = int(where["row"]) if where else None
    named = _NAMED.match(said)
    column = named["name"] if named else where["column"] if where else None
    if named is None:
        kind, said = _of_a_value(said)
    elif row is None:
        kind = "unknown-member" if said.startswith("Object contains") else "missing-member"
    else:
        kind = "unknown-column" if said.startswith("Object contains") else "missing-column"
        said = (
            "the schema has no such column" if kind == "unknown-column" else "found nothing, expected a value or null"
        )
    if row is None:
        path = f" at {place['path']}" if place else ""
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind, said + path)
    return at(kind, said, row, column)


def at(kind: str, said: str, row: int, column: str | None) -> Problem:
    """A problem with one row, or one value of it."""
    place = f"row {row}, column {column[:100]}" if column else f"row {row}"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind, f"{place}: {said}", row=row, column=column)


def _of_a_value(said: str) -> tuple[str, str]:
    if said == "Number out of range":
        return "number-too-large", "found a number that no float can hold"
    mistaken = _MISTAKEN.match(said)
    if mistaken is None:
        return "wrong-type", said
    expected, found = (
        " or ".join(_WORDS.get(part, part) for part in mistaken[name].split(" | ")) for name in ("expected", "found")
    )
    return "wrong-type", f"found {found}, expected {expected}"
