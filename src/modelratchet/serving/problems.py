"""What is wrong with a request, as an exception, and as the document that the caller gets: the one place where errors become answers.

Source: RFC 9457, Problem Details for HTTP APIs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

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
# where msgspec found it: in one of a list of rows, each an object or a list, or in one of an object's columns
_IN_A_ROW = re.compile(
    r"^\$(?:\.(?P<member>[a-z_]+)(?P<is_split>\.data)?)?\[(?P<row>\d+)\](?:\[(?P<index>\d+)\]|\.(?P<column>.*))?$",
    re.DOTALL,
)
_IN_A_COLUMN = re.compile(r"^\$\.(?:columns|inputs|instances)(?:\.(?P<column>.*?)(?:\[(?P<row>\d+)\])?)?$", re.DOTALL)


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
        """The members of the problem document; `error` is where the Open Inference Protocol's clients look for what was wrong."""
        found: dict[str, Any] = {
            "type": TYPE_PREFIX + self.kind,
            "title": self.kind.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "error": self.detail,
            "request_id": request_id,
        }
        places = {"row": self.row, "column": self.column}
        return found | {name: value for name, value in places.items() if value is not None}


def unreadable(error: Exception, names: Sequence[str] | None = ()) -> Problem:
    """What a decoder of JSON said, in our words.

    Args:
        error: the decoder's.
        names: of the columns, in the order of rows that are lists; None where what was read has no rows in it.
    """
    if isinstance(error, msgspec.ValidationError):
        return _not_of_the_schema(str(error), names)
    if isinstance(error, RecursionError):
        return Problem(HTTPStatus.BAD_REQUEST, "too-deep", "the JSON is nested deeper than any request has to be")
    if isinstance(error, UnicodeDecodeError):
        return Problem(HTTPStatus.BAD_REQUEST, "invalid-utf8", f"the body is not UTF-8: {error.reason}")
    return Problem(HTTPStatus.BAD_REQUEST, "not-json", f"the body is not JSON: {error}")


class _Place(NamedTuple):
    """A row, a column or both; `is_of_columns` where an object's members are columns."""

    row: int | None = None
    column: str | None = None
    is_of_columns: bool = False


def _not_of_the_schema(message: str, names: Sequence[str] | None) -> Problem:
    found = _PLACE.search(message)
    said = message[: found.start()] if found else message
    place = _place(found["path"], names) if found and names is not None else _Place()
    named = _NAMED.match(said)
    if named is None:
        kind, said = _of_a_value(said)
        column = place.column
    else:
        is_unknown, noun = said.startswith("Object contains"), "column" if place.is_of_columns else "member"
        kind, column = f"{'unknown' if is_unknown else 'missing'}-{noun}", named["name"]
        if place.is_of_columns:
            said = "the schema has no such column" if is_unknown else "found nothing, expected a value or null"
    if place.row is not None:
        return at(kind, said, place.row, column)
    if place.is_of_columns and column is not None:
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind, f"column {column[:100]}: {said}", column=column)
    where = f" at {found['path'][:200]}" if found else ""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, kind, said + where)


def _place(path: str, names: Sequence[str]) -> _Place:
    if (found := _IN_A_ROW.match(path)) is not None:
        column = found["column"]
        # the columns of a split frame stand in an order of their own
        if found["index"] is not None and found["is_split"] is None and int(found["index"]) < len(names):
            column = names[int(found["index"])]
        return _Place(int(found["row"]), column, is_of_columns=found["is_split"] is None)
    if (found := _IN_A_COLUMN.match(path)) is not None:
        return _Place(int(found["row"]) if found["row"] else None, found["column"], is_of_columns=True)
    return _Place()


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
