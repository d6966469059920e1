"""The BentoML service that `bentofile.yaml` names: what BentoML's own tools build, describe and run. In an image `__main__` answers before it does."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import bentoml
import msgspec
from bentoml.exceptions import BentoMLException, InvalidArgument

from modelratchet.serving.encoders.records import records_of
from modelratchet.serving.entry import open_bundle, predictor_of
from modelratchet.serving.parsers.records import Records
from modelratchet.serving.problems import Problem
from modelratchet.serving.settings import read_settings


@bentoml.service(name="modelratchet")
class Predictor:
    """Answers rows with the bundle that it was packaged with, or the one that `RATCHET_BUNDLE` names; refuses to start on bytes that are not its own."""

    def __init__(self) -> None:
        """Load and verify the bundle."""
        settings = read_settings()
        bundle = open_bundle(settings)
        self._schema, self._digest = bundle.schema, bundle.digest
        self._read = Records(bundle.schema, settings.maximum_rows)
        self._predictor = predictor_of(bundle, settings)

    @bentoml.api  # type: ignore[untyped-decorator]
    def predict(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Answer each row; `null` is a missing value."""
        try:
            answer = self._predictor.answer(self._read(msgspec.json.encode({"rows": rows})))
        except Problem as problem:
            raise _translated(problem) from problem
        return {"model": {"bundle": self._digest}, "predictions": records_of(answer, self._schema)}


def _translated(problem: Problem) -> BentoMLException:
    if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return InvalidArgument(problem.detail)
    return BentoMLException(problem.detail)
