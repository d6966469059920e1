"""Tables behind the charts, the pictures, and what features matter."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from modelratchet.core.tasks import Task
from modelratchet.modeling import curves
from modelratchet.modeling.evaluation import evaluate
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.importance import permutation_importance
from modelratchet.modeling.plots import Plots, plots_of
from tests.samples.models import PRIMARY, SignalModel, holdout_of, measurement_of, schema_of

TABLES = {
    Task.BINARY: {"roc", "precision_recall", "calibration", "confusion", "importance"},
    Task.MULTICLASS: {"roc", "precision_recall", "calibration", "confusion", "importance"},
    Task.REGRESSION: {"predictions", "residuals", "importance"},
}


def _plots(task: Task, holdout: Holdout | None = None) -> Plots:
    schema, rows = schema_of(task), holdout or holdout_of(task)
    model, features, truth = SignalModel(schema), rows.features(schema), rows.truth(schema)
    scores = model.score(features)
    evaluation = evaluate("sha256:b", schema, scores, rows, measurement_of(task, slices=()))
    return plots_of(
        schema, evaluation, truth, scores, permutation_importance(model.score, features, truth, PRIMARY[task], 1)
    )


@pytest.mark.slow
@pytest.mark.parametrize("task", list(Task))
def test_tables_and_pictures_have_stable_names_and_few_lines(task: Task, tmp_path: Path) -> None:
    plots = _plots(task)
    plots.write_tables(tmp_path / "plots")
    plots.write_pictures(tmp_path / "pictures")
    written = {path.stem: pd.read_csv(path) for path in (tmp_path / "plots").iterdir()}
    assert set(written) == set().union(*TABLES.values())
    assert {name for name, table in written.items() if len(table)} == TABLES[task]
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == {f"{name}.png" for name in TABLES[task]}
    assert all(len(table) <= 600 for table in written.values())
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in (tmp_path / "pictures").iterdir())


@pytest.mark.slow
def test_the_same_numbers_give_the_same_files(tmp_path: Path) -> None:
    for name in ("first", "second"):
        plots = _plots(Task.BINARY)
        plots.write_tables(tmp_path / name)
        plots.write_pictures(tmp_path / name)
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


def _ranked() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(2)
    truth = generator.integers(0, 2, 3000)
    positive = np.round(1.0 / (1.0 + np.exp(-(2.0 * truth - 1.0 + generator.normal(size=3000)))), 3)
    return truth, np.column_stack([1.0 - positive, positive])


def test_the_area_under_the_roc_table_is_the_auc() -> None:
    truth, probabilities = _ranked()
    table = curves.roc_table(truth, probabilities, ("no", "yes"))
    area = np.trapezoid(table["true_positive_rate"], table["false_positive_rate"])
    assert area == pytest.approx(sk.roc_auc_score(truth, probabilities[:, 1]), abs=1e-3)


def test_the_precision_recall_table_lies_on_scikit_learns_curve() -> None:
    truth, probabilities = _ranked()
    table = curves.precision_recall_table(truth, probabilities, ("no", "yes"))
    precision, recall, _ = sk.precision_recall_curve(truth, probabilities[:, 1])
    for wanted, found in zip(table["recall"], table["precision"], strict=True):
        reached = max(1, int(np.ceil(wanted * truth.sum() - 1e-9))) / truth.sum()
        assert found == pytest.approx(precision[np.flatnonzero(recall >= reached - 1e-12)[-1]])
    assert table["precision"].iloc[-1] >= truth.mean()


def test_calibration_bins_hold_every_row_and_their_own_share() -> None:
    truth, probabilities = _ranked()
    table = curves.calibration_table(truth, probabilities, ("no", "yes"), 0.95)
    assert table["n_rows"].sum() == 3000
    assert (table["observed"] * table["n_rows"]).sum() == pytest.approx(truth.sum())
    assert ((table["low"] <= table["observed"]) & (table["observed"] <= table["high"])).all()


def test_confusion_counts_equal_scikit_learns() -> None:
    truth, probabilities = _ranked()
    labels = probabilities.argmax(axis=1)
    table = curves.confusion_table(truth, labels, ("no", "yes"))
    np.testing.assert_array_equal(table["n_rows"].to_numpy().reshape(2, 2), sk.confusion_matrix(truth, labels))


def test_confusion_lines_keep_the_shares_of_each_actual_class() -> None:
    table = pd.DataFrame({"actual": list("aabb"), "predicted": list("abab"), "n_rows": [7, 2, 0, 5]})
    lines = curves.confusion_lines(table, most=18)
    assert lines.value_counts().to_dict() == {("a", "a"): 7, ("a", "b"): 2, ("b", "b"): 9}


def test_many_classes_are_put_together() -> None:
    generator = np.random.default_rng(1)
    names = [f"class {index:02}" for index in range(40)]
    truth, labels = generator.integers(0, 40, size=(2, 2000))
    table = curves.confusion_table(truth, labels, names)
    assert table["n_rows"].sum() == 2000
    assert list(table["actual"].unique())[-1] == curves.OTHER
    assert (
        len(curves.roc_table(truth, generator.dirichlet(np.ones(40), 2000), names).columns) == 2 + curves.MOST_CLASSES
    )


def test_residual_bins_hold_every_row_even_when_all_are_equal() -> None:
    truth = np.random.default_rng(1).standard_t(2, 500)
    assert curves.residuals_table(truth, np.zeros(500))["n_rows"].sum() == 500
    assert curves.residuals_table(truth, truth)["n_rows"].sum() == 500


@pytest.mark.parametrize("task", list(Task))
def test_the_feature_that_the_model_goes_by_is_the_important_one(task: Task) -> None:
    schema, holdout = schema_of(task), holdout_of(task)
    model, features, truth = SignalModel(schema), holdout.features(schema), holdout.truth(schema)
    first, second = permutation_importance(model.score, features, truth, PRIMARY[task], seed=1)
    assert (first.column, second.column) == ("signal", "other")
    assert first.low > 0.1
    assert (second.mean, second.low, second.high) == (0.0, 0.0, 0.0)


def test_importance_of_an_undefined_metric_is_empty() -> None:
    schema, holdout = schema_of(Task.BINARY), holdout_of(Task.BINARY)
    zeros = np.zeros(400, dtype=np.int64)
    assert permutation_importance(SignalModel(schema).score, holdout.features(schema), zeros, "roc_auc", 1) == ()
