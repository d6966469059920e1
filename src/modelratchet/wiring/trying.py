"""Tries an image as a platform would: the conformance suite against a container of it. Publishing calls it."""

from __future__ import annotations

from modelratchet.adapters.docker_containers import tried_container
from modelratchet.conformance.endpoint import Endpoint
from modelratchet.conformance.results import CheckResult, Outcome
from modelratchet.conformance.subject import VertexRoutes
from modelratchet.conformance.suite import run, subject_of
from modelratchet.usecases.ports.publishing import Tried
from modelratchet.usecases.ports.serving import Image

_SECONDS = 30.0
_ROUTES = VertexRoutes("/vertex-health", "/vertex-predict")


class ConformanceTrial:
    """The port `ImageTrial`: every protocol that the suite knows has to be offered, and every check to be passed."""

    def tried(self, image: Image) -> Tried:
        """See the port."""
        environment = {"AIP_HEALTH_ROUTE": _ROUTES.health, "AIP_PREDICT_ROUTE": _ROUTES.predict}
        with tried_container(image, environment) as address:
            endpoint = Endpoint(address, {}, _SECONDS)
            try:
                results = list(run(subject_of(endpoint, None, _ROUTES)))
            finally:
                endpoint.close()
        failed = [_told(item) for item in results if item.outcome is not Outcome.PASSED]
        return Tried(len(results), tuple(failed))


def _told(item: CheckResult) -> str:
    return f"{item.protocol}, {item.check}: expected {item.expected or 'it to be offered'}, found {item.found}"
