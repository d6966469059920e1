"""MLflow's scoring protocol: the four shapes of JSON, CSV under a header, `/ping`, `/version`.

Source: MLflow, "Deploy MLflow Model as a Local Inference Server", "Inference Server Specification".
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
    is_there,
    refused,
    scored_alike,
)
from modelratchet.conformance.protocols.sagemaker import PATH, score
from modelratchet.conformance.results import Found
from modelratchet.conformance.rows import as_columns, as_csv, as_split
from modelratchet.conformance.subject import Subject


def _csv(subject: Subject) -> Found:
    body = as_csv(subject.rows, has_header=True)
    heard = subject.endpoint.call("POST", PATH, body, {"content-type": "text/csv"})
    return same(flat_predictions(heard, subject), subject.reference)


def _version(subject: Subject) -> Found:
    heard = subject.endpoint.call("GET", "/version")
    return Found(heard.status == 200 and heard.body[:1].isdigit(), heard.said)


def _expectations(_subject: Subject) -> Sequence[Expectation]:
    return (
        healthy("/ping"),
        Expectation("GET /version", "200 and a version", _version),
        scored_alike(PATH, "dataframe_split", lambda subject: {"dataframe_split": as_split(subject.rows)}),
        scored_alike(PATH, "dataframe_records", lambda subject: {"dataframe_records": list(subject.rows)}),
        scored_alike(PATH, "instances", lambda subject: {"instances": list(subject.rows)}),
        scored_alike(PATH, "inputs", lambda subject: {"inputs": as_columns(subject.rows)}),
        Expectation(f"POST {PATH}: CSV under a header", SAME, _csv),
        refused(PATH, "no JSON", b"{"),
        refused(PATH, "none of the shapes", b'{"data": []}'),
        refused(PATH, "a picture", b"PNG", "image/png", 415),
    )


PROTOCOL = Protocol("mlflow", lambda subject: is_there(subject, "GET", "/version"), _expectations, score)
