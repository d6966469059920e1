"""Requests that cannot be answered: always a 4xx problem document that says what was wrong, and where.

Source: RFC 9457, 3.1 (members of a problem details object).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from modelratchet.conformance.endpoint import Heard
from modelratchet.conformance.expectations import JSON, Expectation, Protocol, is_there
from modelratchet.conformance.protocols.plain import PATH
from modelratchet.conformance.results import Found
from modelratchet.conformance.subject import Subject

_MEMBERS = {"type", "title", "status", "detail", "request_id"}
_MANY_ROWS = 20_000


def _is_problem(heard: Heard, status: int | None) -> bool:
    if heard.media_type != "application/problem+json" or not heard.document.keys() >= _MEMBERS:
        return False
    return heard.document["status"] == heard.status and (
        heard.status == status if status else 400 <= heard.status < 500
    )


def _refused(check: str, body: bytes, status: int | None = None, content_type: str = JSON) -> Expectation:
    def ask(subject: Subject) -> Found:
        heard = subject.endpoint.call("POST", PATH, body, {"content-type": content_type})
        return Found(_is_problem(heard, status), heard.said)

    return Expectation(check, f"{status or '4xx'} problem", ask)


def _placed(check: str, rows: Sequence[Mapping[str, Any]], row: int, column: str) -> Expectation:
    """A fault in one value, which has to be named."""

    def ask(subject: Subject) -> Found:
        heard = subject.endpoint.call("POST", PATH, json.dumps({"rows": list(rows)}).encode(), {"content-type": JSON})
        is_named = _is_problem(heard, None) and (heard.document.get("row"), heard.document.get("column")) == (
            row,
            column,
        )
        return Found(is_named, heard.said)

    return Expectation(check, f"4xx problem at row {row}, {column}", ask)


def _too_large(subject: Subject) -> Found:
    heard = subject.endpoint.call_with_claimed_length(PATH, subject.limits["body_bytes"] + 1, {"content-type": JSON})
    return Found(heard.status == 413, heard.said)


def _values(subject: Subject) -> Sequence[Expectation]:
    good = dict(subject.rows[0])
    first = next(iter(good))
    found = [
        _placed("a column that is missing", [good, {name: good[name] for name in good if name != first}], 1, first),
        _placed("a column that is unknown", [good, good | {"no such column": 1}], 1, "no such column"),
        _placed("a list as a value", [good, good, good | {first: [1]}], 2, first),
    ]
    for name in subject.schema.numeric[:1]:
        found.append(_placed("a text where a number belongs", [good | {name: "noon"}], 0, name))
        found.append(_placed("a number beyond float32", [good | {name: 1e300}], 0, name))
    texts = subject.schema.categorical[:1]
    found += [_placed("a number where a text belongs", [good | {name: 5}], 0, name) for name in texts]
    needed = [column.name for column in subject.schema.columns if not column.allows_missing]
    found += [_placed("null where none may be missing", [good, good | {name: None}], 1, name) for name in needed[:1]]
    return found


def _expectations(subject: Subject) -> Sequence[Expectation]:
    row = json.dumps(subject.rows[0])
    name = json.dumps(next(iter(subject.rows[0])))
    sizes = []
    if subject.limits.get("rows", _MANY_ROWS) < _MANY_ROWS:
        many = f'{{"rows": [{",".join([row] * (subject.limits["rows"] + 1))}]}}'
        sizes.append(_refused("one row too many", many.encode(), 413))
    if "body_bytes" in subject.limits:
        sizes.append(Expectation("a body one byte too large", "413 before it is sent", _too_large))
    return (
        _refused("an empty body", b""),
        _refused("no JSON", b'{"rows": ['),
        _refused("NaN as JSON has none", f'{{"rows": [{{{name}: NaN}}]}}'.encode()),
        _refused("no rows", b'{"rows": []}'),
        _refused("invalid UTF-8", b'{"rows": [{"\xff": 1}]}'),
        _refused("a key twice", f'{{"rows": [{row[:-1]}, {name}: null}}]}}'.encode()),
        _refused("deep nesting", b'{"rows": ' + b"[" * 100_000),
        _refused("a huge number", f'{{"rows": [{{{name}: 1{"0" * 5000}}}]}}'.encode()),
        _refused("another content type", b"<rows/>", 415, "application/xml"),
        *_values(subject),
        *sizes,
    )


PROTOCOL = Protocol("problems", lambda subject: is_there(subject, "POST", PATH), _expectations)
