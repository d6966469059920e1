"""`POST /predict` and the health routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from modelratchet.conformance.answers import Scored, from_records, same, sane
from modelratchet.conformance.expectations import SAME, Expectation, Protocol, healthy, is_there, post_json
from modelratchet.conformance.results import Found
from modelratchet.conformance.rows import as_columns
from modelratchet.conformance.subject import Subject

PATH = "/predict"


def _score(subject: Subject, rows: Sequence[Mapping[str, Any]]) -> list[Scored]:
    heard = post_json(subject, PATH, {"rows": list(rows)})
    if heard.status != 200:
        raise ValueError(heard.said)
    return from_records(heard.document["predictions"], subject.schema)


def _rows(subject: Subject) -> Found:
    return sane(_score(subject, subject.rows), len(subject.rows), subject.schema)


def _one_by_one(subject: Subject) -> Found:
    return same([_score(subject, [row])[0] for row in subject.rows], subject.reference)


def _columns(subject: Subject) -> Found:
    heard = post_json(subject, PATH, {"columns": as_columns(subject.rows)})
    return same(from_records(heard.document["predictions"], subject.schema), subject.reference)


def _model(subject: Subject) -> Found:
    document = post_json(subject, PATH, {"rows": list(subject.rows)}).document
    model, request_id = document["model"], document["request_id"]
    is_right = {"name", "version", "bundle"} <= model.keys() and bool(request_id)
    is_same = not subject.version or (model["name"], model["version"]) == (subject.name, subject.version)
    return Found(is_right and is_same, f"{model.get('name')} {model.get('version')}, request {request_id}")


def _expectations(_subject: Subject) -> Sequence[Expectation]:
    return (
        Expectation(f"POST {PATH}: rows", "an answer a row, finite; shares add up to 1", _rows),
        Expectation(f"POST {PATH}: row by row", SAME, _one_by_one),
        Expectation(f"POST {PATH}: columns", SAME, _columns),
        Expectation(f"POST {PATH}: what answered", "name, version, bundle and request id", _model),
        *map(healthy, ("/livez", "/readyz", "/healthz")),
    )


PROTOCOL = Protocol("plain", lambda subject: is_there(subject, "POST", PATH), _expectations, _score)
