"""One file a protocol; `PROTOCOLS` is the table of the suite, in the order in which it is printed."""

from __future__ import annotations

from modelratchet.conformance.expectations import Protocol
from modelratchet.conformance.protocols import (
    azure_ml,
    bentoml,
    http,
    mlflow,
    open_inference,
    plain,
    problems,
    sagemaker,
    vertex,
)

PROTOCOLS: tuple[Protocol, ...] = (
    plain.PROTOCOL,
    bentoml.PROTOCOL,
    sagemaker.PROTOCOL,
    mlflow.PROTOCOL,
    vertex.PROTOCOL,
    azure_ml.PROTOCOL,
    open_inference.PROTOCOL,
    http.PROTOCOL,
    problems.PROTOCOL,
)
