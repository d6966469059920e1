"""Says of a body that was packed (`Content-Encoding: gzip`) that none is unpacked here. `table` puts this around each prediction route.

A packed body is small and may be anything unpacked, so that it would go past the limits of size.
Source: RFC 9110, sections 8.4 (Content-Encoding) and 15.5.16 (415).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from modelratchet.serving.batches import Batch
from modelratchet.serving.exchange import PredictionRoute, Request
from modelratchet.serving.problems import Problem


def uncoded(route: PredictionRoute) -> PredictionRoute:
    """The same route, that names the coding of a body which it cannot read."""
    return replace(route, read=_uncoded(route.read))


def _uncoded(read: Callable[[Request], Batch]) -> Callable[[Request], Batch]:
    def named(request: Request) -> Batch:
        try:
            return read(request)
        except Problem as problem:
            # looked at here alone: what can be read is not packed, whatever is said of it
            coding = request.header(b"content-encoding").strip().lower()
            if coding in ("", "identity"):
                raise
            detail = f"found content-encoding {coding[:100]!r}, expected none; send the body as it is"
            raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-content-encoding", detail) from problem

    return named
