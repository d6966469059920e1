"""The graph answers like the estimator: all offered estimators, ties, missing and unseen values; and says what it cannot."""

import subprocess
import sys

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from modelratchet.core.tasks import Task
from modelratchet.errors import ConversionError
from modelratchet.modeling.onnx_export import export_onnx
from modelratchet.modeling.onnx_model import OnnxModel, score_estimator
from tests.samples.exports import (
    CATEGORICAL,
    NUMERIC,
    OPTIONS,
    changed_labels,
    exported,
    fitted,
    labels_for,
    mixed,
    numbers,
)

pytestmark = pytest.mark.integration

TRAIN, FRESH = (
    mixed(seed=1),
    mixed(4000, missing=0.2, seed=9).assign(place=lambda rows: rows["place"].where(rows.index % 7 > 0, "new")),
)


@pytest.mark.parametrize("name", list(OPTIONS))
@pytest.mark.parametrize("task", list(Task))
def test_every_offered_estimator_answers_the_same_on_rows_with_missing_and_unseen_values(name, task):
    pipeline = fitted(name, task, TRAIN)
    expected, found = score_estimator(pipeline, FRESH, task), OnnxModel(exported(pipeline, TRAIN, task)).score(FRESH)
    assert np.array_equal(expected.labels, found.labels)
    # scores are rounded once, from double to float32, at the very end
    assert np.allclose(expected.probabilities, found.probabilities, rtol=0, atol=6e-8)
    assert np.allclose(expected.values, found.values, rtol=1.2e-7, atol=0)


BARE = {
    "histogram boosting on NaN": (HistGradientBoostingClassifier(max_iter=20), 0.2),
    "forest on NaN": (RandomForestClassifier(20, random_state=0), 0.2),
    "extra trees on NaN": (ExtraTreesClassifier(20, random_state=0), 0.2),
    "tree on NaN": (DecisionTreeClassifier(max_depth=6, random_state=0), 0.2),
    "indicator": (make_pipeline(SimpleImputer(add_indicator=True), RandomForestClassifier(20, random_state=0)), 0.2),
    "scaled forest": (make_pipeline(StandardScaler(), RandomForestClassifier(20, random_state=0)), 0.0),
    "scaled histogram": (make_pipeline(RobustScaler(), HistGradientBoostingClassifier(max_iter=20)), 0.0),
    "components": (make_pipeline(SimpleImputer(), PCA(3), RandomForestClassifier(20, random_state=0)), 0.2),
    "union": (make_pipeline(FeatureUnion([("s", StandardScaler()), ("r", RobustScaler())]), LogisticRegression()), 0.0),
    "nested": (Pipeline([("all", make_pipeline(SimpleImputer(), GradientBoostingClassifier(n_estimators=9)))]), 0.2),
}


@pytest.mark.parametrize("case", list(BARE))
def test_a_pipeline_of_ones_own_changes_no_label(case):
    estimator, missing = BARE[case]
    features = numbers(missing=missing)
    pipeline = estimator.fit(features, labels_for(features, Task.BINARY))
    assert changed_labels(pipeline, exported(pipeline, features), numbers(5000, missing, seed=5)) == 0


def test_ties_of_a_forest_go_where_scikit_learn_sends_them():
    generator = np.random.default_rng(0)
    grid = pd.DataFrame(generator.integers(0, 7, (300, 4)).astype(float), columns=list(NUMERIC))
    forest = RandomForestClassifier(10, random_state=0).fit(grid, generator.integers(0, 2, 300))
    rows = pd.DataFrame(generator.integers(0, 7, (4000, 4)).astype(float), columns=list(NUMERIC))
    probabilities = forest.predict_proba(rows)
    assert (probabilities[:, 0] == probabilities[:, 1]).sum() > 50
    assert changed_labels(forest, exported(forest, grid), rows) == 0


ENCODERS = {
    "rare ones grouped": OneHotEncoder(handle_unknown="ignore", min_frequency=38, sparse_output=False),
    "first one dropped": OneHotEncoder(handle_unknown="ignore", drop="first", sparse_output=False),
    "unknown is missing": OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan),
}


@pytest.mark.parametrize("case", list(ENCODERS))
def test_encoder_options_are_repeated(case):
    columns = make_column_transformer((ENCODERS[case], list(CATEGORICAL)), remainder="passthrough")
    pipeline = make_pipeline(columns, HistGradientBoostingClassifier(max_iter=20))
    pipeline.fit(TRAIN, labels_for(TRAIN, Task.BINARY))
    assert changed_labels(pipeline, exported(pipeline, TRAIN), FRESH) == 0


def on_numbers(step):
    return ColumnTransformer([("numbers", step, list(NUMERIC))])


REFUSED = {
    "FunctionTransformer": make_pipeline(FunctionTransformer(np.cbrt), LogisticRegression()),
    "numbers > functiontransformer": make_pipeline(
        on_numbers(make_pipeline(FunctionTransformer(np.cbrt))), LogisticRegression()
    ),
    "VotingClassifier": VotingClassifier([("one", LogisticRegression())], voting="soft", flatten_transform=True),
    "categorical_features": HistGradientBoostingClassifier(max_iter=5, categorical_features=[0]),
    "no probabilities": LinearSVC(),
}


@pytest.mark.parametrize("named", list(REFUSED))
def test_what_onnx_cannot_express_is_refused_by_name_with_something_to_use_instead(named):
    features = numbers().round() + 20
    pipeline = REFUSED[named].fit(features, labels_for(features - 20, Task.BINARY))
    with pytest.raises(ConversionError) as caught:
        export_onnx(pipeline, NUMERIC, (), Task.BINARY)
    assert named in caught.value.message
    assert caught.value.hint


def test_an_encoder_that_fails_on_unseen_categories_is_refused():
    columns = make_column_transformer((OneHotEncoder(), ["place"]), ("drop", list(NUMERIC)))
    pipeline = make_pipeline(columns, LogisticRegression()).fit(TRAIN, labels_for(TRAIN, Task.BINARY))
    with pytest.raises(ConversionError, match="onehotencoder fails on categories that training did not show"):
        export_onnx(pipeline, NUMERIC, CATEGORICAL, Task.BINARY)


def test_a_classifier_for_a_regression_is_refused():
    features = numbers()
    with pytest.raises(ConversionError, match="task is regression"):
        export_onnx(
            DecisionTreeClassifier().fit(features, labels_for(features, Task.BINARY)), NUMERIC, (), Task.REGRESSION
        )


def test_the_interface_is_the_schemas():
    model = onnx.load_model_from_string(exported(fitted("random_forest", Task.BINARY, TRAIN), TRAIN).model)
    assert [value.name for value in model.graph.input] == ["numeric", "categorical"]
    assert [value.name for value in model.graph.output] == ["label", "probabilities"]
    onnx.checker.check_model(model, full_check=True)


_ONE_EXPORT = """
from modelratchet.core.tasks import Task
from tests.samples.exports import exported, fitted, mixed
rows = mixed(seed=1)
print([exported(fitted(name, Task.BINARY, rows), rows).digest for name in {names}])
"""


@pytest.mark.slow
def test_the_bytes_are_the_same_in_another_process_with_another_number_of_threads():
    answers = set()
    for threads in ("1", "2"):
        code = _ONE_EXPORT.format(names=list(OPTIONS))
        environment = {"OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads, "PYTHONPATH": ":".join(sys.path)}
        answers.add(
            subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
        )
    assert len(answers) == 1


@pytest.mark.timeout(60)
def test_nested_tree_that_splits_on_missing_is_refused_and_not_searched_for_ever():
    features = pd.DataFrame({"a": [np.nan, 1.0, 2.0, np.nan, 3.0, 4.0] * 20})
    forest = RandomForestClassifier(n_estimators=3, max_features=None, random_state=0)
    calibrated = CalibratedClassifierCV(forest, cv=2).fit(features, [1, 0, 0, 1, 0, 0] * 20)

    with pytest.raises(ConversionError, match="missing"):
        export_onnx(calibrated, ("a",), (), Task.BINARY)
