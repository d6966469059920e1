"""The parity stage finds the conversions that go wrong without a word, and says what it looked at."""

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from modelratchet.core.digests import canonical_json
from modelratchet.core.formats import to_document
from modelratchet.core.tasks import Task
from modelratchet.errors import EvidenceError
from tests.samples.exports import OPTIONS, exported, fitted, labels_for, mixed, numbers, parity_of, plain

pytestmark = pytest.mark.integration


def _fitted(estimator, features):
    return estimator.fit(features, labels_for(features, Task.BINARY))


def _codes(features):
    """Four columns of which the first is a code from 0 to 19, and decides."""
    return features.assign(a=(np.random.default_rng(4).integers(0, 20, len(features))).astype(float))


def _is_caught(parity):
    """What the gate's defaults refuse: any changed label, any score beyond the tolerance."""
    return parity.changed_labels > 0 or any(part.share_over_tolerance > 0 for part in parity.parts)


def test_categorical_features_go_wrong_in_skl2onnx_and_are_caught():
    features = _codes(numbers(3000))
    labels = np.isin(features["a"], [1, 4, 5, 9, 12, 17]).astype(np.int64)
    pipeline = HistGradientBoostingClassifier(max_iter=20, categorical_features=[0]).fit(features, labels)
    assert parity_of(pipeline, plain(pipeline, features), features).changed_labels > 100


SILENT = {
    "forest fitted with NaN": (RandomForestClassifier(30, random_state=0), 0.3),
    "scaler before trees": (make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=60)), 0.0),
}


@pytest.mark.parametrize("case", list(SILENT))
def test_a_silent_mistake_of_skl2onnx_is_caught_and_not_made_here(case):
    estimator, missing = SILENT[case]
    pipeline = _fitted(estimator, numbers(2000, missing))
    holdout = numbers(1000, missing, seed=8)
    assert _is_caught(parity_of(pipeline, plain(pipeline, holdout), holdout))
    assert not _is_caught(parity_of(pipeline, exported(pipeline, holdout), holdout))


def test_indicator_columns_go_wrong_in_skl2onnx_and_are_right_here():
    features = numbers(2000, missing=0.3)
    pipeline = _fitted(
        make_pipeline(SimpleImputer(add_indicator=True), RandomForestClassifier(30, random_state=0)), features
    )
    try:
        is_caught = parity_of(pipeline, plain(pipeline, features), features).changed_labels > 0
    except EvidenceError:  # the graph may lack the columns altogether, so that it does not run
        is_caught = True
    assert is_caught
    assert parity_of(pipeline, exported(pipeline, features), features).changed_labels == 0


@pytest.mark.parametrize("name", list(OPTIONS))
@pytest.mark.parametrize("task", list(Task))
def test_every_offered_estimator_holds_on_all_three_sets(name, task):
    parity = parity_of(
        fitted(name, task, mixed()), exported(fitted(name, task, mixed()), mixed(), task), mixed(400, seed=6)
    )
    assert [part.source for part in parity.parts] == ["holdout", "missing", "fuzz"]
    assert all(part.n_rows > 0 and part.share_over_tolerance == 0 for part in parity.parts)
    assert parity.changed_labels == 0
    assert canonical_json(to_document(parity))  # also where a prediction is too large for float32


def test_thresholds_are_all_tried_when_there_is_room():
    pipeline = fitted("gradient_boosting", Task.BINARY, mixed())
    parity = parity_of(pipeline, exported(pipeline, mixed()), mixed(400, seed=6))
    assert parity.n_thresholds_tried == parity.n_thresholds > 50


def test_a_changed_row_says_what_is_missing_in_it():
    features = numbers(2000, missing=0.3)
    pipeline = _fitted(RandomForestClassifier(30, random_state=0), features)
    parity = parity_of(pipeline, plain(pipeline, features), features)
    assert 0 < len(parity.changed) <= 20
    assert any("missing: " in row.reason for row in parity.changed)


def test_an_estimator_that_refuses_missing_values_is_not_asked_about_them():
    features = numbers()
    pipeline = _fitted(GradientBoostingClassifier(n_estimators=9), features)
    parity = parity_of(pipeline, exported(pipeline, features), features)
    assert {part.source: part.n_rows for part in parity.parts}["missing"] == 0


def test_no_held_out_rows_are_said():
    pipeline = fitted("random_forest", Task.BINARY, numbers())
    with pytest.raises(EvidenceError, match="no held-out rows"):
        parity_of(pipeline, exported(pipeline, numbers()), numbers().iloc[:0])
