"""Exported scikit-learn models of each task, with missing values and categories, keep to every protocol; the reference is scikit-learn itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from modelratchet.conformance.endpoint import Endpoint
from modelratchet.conformance.results import Outcome
from modelratchet.conformance.subject import VertexRoutes
from modelratchet.conformance.suite import run, subject_of
from modelratchet.core.tasks import Task
from tests.samples.exports import exported, fitted, mixed
from tests.samples.in_thread import answering
from tests.samples.served import sample_app

pytestmark = pytest.mark.integration
VERTEX = VertexRoutes("/v1/health", "/v1/predict")


def said_by_sklearn(pipeline: Any, task: Task, rows: Any, features: pd.DataFrame) -> list[tuple[float, ...]]:
    frame = pd.DataFrame(rows)[list(features.columns)].astype(features.dtypes.to_dict())
    if not task.is_classification:
        return [(float(value),) for value in pipeline.predict(frame)]
    return [tuple(map(float, shares)) for shares in pipeline.predict_proba(frame)]


@pytest.mark.parametrize("task", list(Task))
def test_every_protocol_answers_what_scikit_learn_does(task: Task) -> None:
    features = mixed(600)
    pipeline = fitted("hist_gradient_boosting", task, features)
    app = sample_app(exported(pipeline, features, task), health_route=VERTEX.health, predict_route=VERTEX.predict)
    with answering(app) as url:
        subject = subject_of(Endpoint(url, {}, 30), None, VERTEX)
        found = list(run(subject))

    expected = said_by_sklearn(pipeline, task, subject.rows, features)
    np.testing.assert_allclose([scored.numbers for scored in subject.reference], expected, atol=1e-5)
    assert [(item.check, item.found) for item in found if item.outcome is not Outcome.PASSED] == []
    assert any(None in row.values() for row in subject.rows)
