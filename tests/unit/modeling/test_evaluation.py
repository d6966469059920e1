"""What is measured on a holdout, whole and by slice."""

import numpy as np
import pytest

from modelratchet.core.evaluation import Evaluation
from modelratchet.core.formats import from_document, to_document
from modelratchet.core.metrics import metrics_for
from modelratchet.core.tasks import Task
from modelratchet.errors import DataError
from modelratchet.modeling.bootstrap import Resampling, metric_values
from modelratchet.modeling.evaluation import evaluate, flat_metrics
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.metrics import prepare
from modelratchet.modeling.scores import Scores
from tests.samples.models import SignalModel, holdout_of, measurement_of, schema_of


def _evaluated(task: Task, holdout: Holdout | None = None) -> Evaluation:
    schema, rows = schema_of(task), holdout or holdout_of(task)
    scores = SignalModel(schema).score(rows.features(schema))
    return evaluate("sha256:bundle", schema, scores, rows, measurement_of(task))


@pytest.mark.parametrize("task", list(Task))
def test_every_metric_of_the_task_lies_in_its_interval(task: Task) -> None:
    found = _evaluated(task)
    assert [metric.name for metric in found.metrics] == [metric.name for metric in metrics_for(task)]
    assert all(metric.low < metric.value < metric.high for metric in found.metrics)


@pytest.mark.parametrize("task", list(Task))
def test_an_evaluation_survives_its_file_format_and_is_the_same_twice(task: Task) -> None:
    found = _evaluated(task)
    assert from_document(Evaluation, to_document(found), "here") == found == _evaluated(task)


def test_slices_too_small_or_of_one_class_have_no_metric() -> None:
    slices = {part.category: part for part in _evaluated(Task.BINARY).slices}
    assert {name: part.n_rows for name, part in slices.items()} == {"large": 335, "small": 5, "one class": 60}
    assert slices["large"].metric is not None
    assert slices["large"].metric.name == "roc_auc"
    assert slices["small"].metric is None
    assert slices["one class"].metric is None


def test_a_slice_equals_a_holdout_of_its_own() -> None:
    whole = holdout_of(Task.BINARY)
    alone = Holdout(whole.rows[whole.rows["place"] == "large"], whole.digest)
    part = next(part for part in _evaluated(Task.BINARY).slices if part.category == "large")
    assert part.metric == _evaluated(Task.BINARY, alone).metric("roc_auc")


def test_flat_metrics_name_each_end_of_the_interval() -> None:
    found = _evaluated(Task.REGRESSION)
    rmse = found.metric("rmse")
    assert rmse is not None
    flat = flat_metrics(found)
    assert (flat["rmse"], flat["rmse_low"], flat["rmse_high"]) == (rmse.value, rmse.low, rmse.high)


def test_a_holdout_of_one_class_is_refused_with_what_to_do() -> None:
    rows = holdout_of(Task.BINARY).rows
    with pytest.raises(DataError, match="roc_auc cannot be measured") as caught:
        _evaluated(Task.BINARY, Holdout(rows[rows["label"] == "no"], "sha256:x"))
    assert "split" in caught.value.hint


@pytest.mark.parametrize(("change", "message"), [({"label": "maybe"}, "maybe"), ({"signal": "text"}, "signal")])
def test_rows_that_do_not_fit_the_schema_are_refused(change: dict[str, str], message: str) -> None:
    rows = holdout_of(Task.BINARY).rows.assign(**change)
    with pytest.raises(DataError, match=message):
        _evaluated(Task.BINARY, Holdout(rows, "sha256:x"))


def test_an_empty_holdout_and_a_missing_label_are_refused() -> None:
    rows = holdout_of(Task.BINARY).rows
    with pytest.raises(DataError, match="empty"):
        Holdout(rows.iloc[:0], "sha256:x").truth(schema_of(Task.BINARY))
    with pytest.raises(DataError, match="no label column"):
        Holdout(rows.drop(columns="label"), "sha256:x").truth(schema_of(Task.BINARY))


def test_a_missing_number_as_label_is_refused() -> None:
    rows = holdout_of(Task.REGRESSION).rows
    rows.loc[3, "label"] = np.nan
    with pytest.raises(DataError, match="1 rows"):
        Holdout(rows, "sha256:x").truth(schema_of(Task.REGRESSION))


def test_a_perfect_accuracy_does_not_claim_certainty() -> None:
    truth = np.array([0, 1] * 50)
    scores = Scores.classification(Task.BINARY, truth, np.eye(2)[truth])
    (found,) = metric_values(prepare(truth, scores, ["accuracy"]), Resampling(0.95, 200, 1))
    assert found is not None
    assert found.value == found.high == 1.0
    assert 0.95 < found.low < 0.99


def test_a_metric_that_most_resamples_lack_is_left_out() -> None:
    truth = np.array([1] + [0] * 99)
    scores = Scores.classification(Task.BINARY, truth, np.column_stack([1.0 - truth, truth]))
    auc, accuracy = metric_values(prepare(truth, scores, ["roc_auc", "accuracy"]), Resampling(0.95, 200, 1))
    assert auc is None
    assert accuracy is not None


def test_rates_of_groups_count_positive_answers_of_a_binary_model() -> None:
    schema, holdout = schema_of(Task.BINARY), holdout_of(Task.BINARY)
    labels = SignalModel(schema).score(holdout.features(schema)).labels
    rates = {rate.category: rate for rate in _evaluated(Task.BINARY).groups}
    assert {name: rate.n_rows for name, rate in rates.items()} == {"large": 335, "small": 5, "one class": 60}
    assert rates["large"].count == int(labels[holdout.rows["place"] == "large"].sum())


def test_rates_of_groups_count_right_answers_of_a_multiclass_model() -> None:
    rates = {rate.category: rate for rate in _evaluated(Task.MULTICLASS).groups}
    accuracy = _evaluated(Task.MULTICLASS).metric("accuracy")
    assert accuracy is not None
    assert sum(rate.count for rate in rates.values()) == round(accuracy.value * 400)


def test_a_regression_has_neither_calibration_nor_groups() -> None:
    found = _evaluated(Task.REGRESSION)
    assert (found.calibration, found.groups) == (None, ())
    assert "calibration_error" not in flat_metrics(found)


def test_a_group_column_that_was_dropped_is_refused_with_where_to_name_it() -> None:
    rows = holdout_of(Task.BINARY).rows.drop(columns="place")
    with pytest.raises(DataError, match="place") as caught:
        _evaluated(Task.BINARY, Holdout(rows, "sha256:x"))
    assert "columns.kept" in caught.value.hint
