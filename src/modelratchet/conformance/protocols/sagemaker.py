"""AWS SageMaker: `/ping` and `/invocations`, CSV without a header, JSON Lines, `Accept`.

Source: Amazon SageMaker AI, "Custom Inference Code with Hosting Services"; "Common data formats for inference".
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from modelratchet.conformance.answers import Scored, from_flat, from_lines, same
from modelratchet.conformance.endpoint import Heard
from modelratchet.conformance.expectations import (
    SAME,
    Expectation,
    Protocol,
    flat_predictions,
    healthy,
    is_there,
    post_json,
    refused,
    scored_alike,
)
from modelratchet.conformance.results import Found
from modelratchet.conformance.rows import as_csv
from modelratchet.conformance.subject import Subject

PATH = "/invocations"
_CSV, _LINES = "text/csv", "application/jsonlines"


def score(subject: Subject, rows: Sequence[Mapping[str, Any]]) -> list[Scored]:
    """Answers to instances."""
    return flat_predictions(post_json(subject, PATH, {"instances": list(rows)}), subject)


def _csv_in(subject: Subject) -> Found:
    return same(flat_predictions(_post_csv(subject, {}), subject), subject.reference)


def _csv_out(subject: Subject) -> Found:
    heard = _post_csv(subject, {"accept": _CSV})
    if heard.media_type != _CSV:
        return Found(is_right=False, said=heard.said)
    lines = list(csv.reader(io.StringIO(heard.body.decode(), newline="")))
    return same(from_lines(lines, subject.schema), subject.reference)


def _lines_in_and_out(subject: Subject) -> Found:
    body = "\n".join(json.dumps(row) for row in subject.rows).encode()
    heard = subject.endpoint.call("POST", PATH, body, {"content-type": _LINES, "accept": _LINES})
    if heard.status != 200 or heard.media_type != _LINES:
        return Found(is_right=False, said=heard.said)
    return same(from_flat(map(json.loads, heard.body.splitlines()), subject.schema), subject.reference)


def _not_acceptable(subject: Subject) -> Found:
    heard = post_json(subject, PATH, {"instances": list(subject.rows)}, {"accept": "image/png"})
    return Found(heard.status == 406, heard.said)


def _post_csv(subject: Subject, headers: Mapping[str, str]) -> Heard:
    body = as_csv(subject.rows, has_header=False)
    return subject.endpoint.call("POST", PATH, body, {"content-type": _CSV, **headers})


def _expectations(subject: Subject) -> Sequence[Expectation]:
    return (
        healthy("/ping"),
        scored_alike(PATH, "instances", lambda subject: {"instances": list(subject.rows)}),
        Expectation(f"POST {PATH}: CSV", SAME, _csv_in),
        Expectation(f"POST {PATH}: Accept text/csv", f"{SAME}, a line a row", _csv_out),
        Expectation(f"POST {PATH}: JSON Lines", f"{SAME}, a line a row", _lines_in_and_out),
        Expectation(f"POST {PATH}: Accept image/png", "406", _not_acceptable),
        refused(PATH, "XML", b"<rows/>", "application/xml", 415),
        refused(
            PATH, "CSV with a field too many", as_csv(subject.rows, has_header=False).replace(b"\r\n", b",1\r\n"), _CSV
        ),
    )


PROTOCOL = Protocol("sagemaker", lambda subject: is_there(subject, "POST", PATH), _expectations, score)
