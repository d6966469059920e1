"""One file a protocol; adding one is a file here and a row in `PROTOCOLS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from modelratchet.serving.exchange import PredictionRoute, Route
from modelratchet.serving.protocols import (
    azure_ml,
    bentoml,
    mlflow_scoring,
    open_inference,
    operations,
    plain,
    sagemaker,
    schema,
    vertex,
)
from modelratchet.serving.served import Served

Protocol = Callable[[Served], Sequence[Route | PredictionRoute]]

PROTOCOLS: tuple[Protocol, ...] = (
    plain.routes,
    bentoml.routes,
    schema.routes,
    operations.routes,
    sagemaker.routes,
    mlflow_scoring.routes,
    azure_ml.routes,
    open_inference.routes,
    # last: its paths are the deployer's choice, and win over ours
    vertex.routes,
)


def all_routes(served: Served) -> Iterator[Route | PredictionRoute]:
    """Every route of every protocol, for one bundle."""
    for protocol in PROTOCOLS:
        yield from protocol(served)
