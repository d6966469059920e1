"""Google Vertex AI: the two paths that it chose. They are not known from outside, so that they have to be named.

Source: Vertex AI, "Custom container requirements for inference".
"""

from __future__ import annotations

from collections.abc import Sequence

from modelratchet.conformance.answers import same
from modelratchet.conformance.expectations import (
    SAME,
    Expectation,
    Protocol,
    flat_predictions,
    healthy,
    post_json,
    refused,
    scored_alike,
)
from modelratchet.conformance.results import Found
from modelratchet.conformance.subject import Subject


def _with_parameters(subject: Subject) -> Found:
    document = {"instances": list(subject.rows), "parameters": {"confidence": 0.5}}
    return same(flat_predictions(post_json(subject, subject.vertex.predict, document), subject), subject.reference)


def _is_offered(subject: Subject) -> bool:
    return bool(subject.vertex.predict)


def _expectations(subject: Subject) -> Sequence[Expectation]:
    path = subject.vertex.predict
    return (
        *([healthy(subject.vertex.health)] if subject.vertex.health else []),
        scored_alike(path, "instances", lambda subject: {"instances": list(subject.rows)}),
        Expectation(f"POST {path}: instances, parameters", SAME, _with_parameters),
        refused(path, "no instances", b'{"instances": []}'),
    )


PROTOCOL = Protocol("vertex", _is_offered, _expectations)
