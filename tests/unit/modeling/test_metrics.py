"""Every metric against scikit-learn on the rows repeated by their weights, ties and absent classes among them."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from modelratchet.core.metrics import METRICS, metrics_for
from modelratchet.core.tasks import Task
from modelratchet.errors import DataError, EvidenceError
from modelratchet.modeling.metrics import prepare
from modelratchet.modeling.scores import Scores


def _probabilities(generator: np.random.Generator, n_rows: int, n_classes: int, levels: int) -> np.ndarray:
    """Few levels make many ties."""
    raw = generator.integers(1, levels + 1, size=(n_rows, n_classes)).astype(np.float64)
    return raw / raw.sum(axis=1, keepdims=True)


def _classifier(generator: np.random.Generator, n_rows: int, n_classes: int, levels: int) -> Scores:
    probabilities = _probabilities(generator, n_rows, n_classes, levels)
    task = Task.BINARY if n_classes == 2 else Task.MULTICLASS
    return Scores.classification(task, probabilities.argmax(axis=1).astype(np.int64), probabilities)


def _expected_of_classes(name: str, truth: np.ndarray, scores: Scores) -> float:
    classes = list(range(scores.probabilities.shape[1]))
    computed = {
        "roc_auc": lambda: sk.roc_auc_score(truth, scores.probabilities[:, 1]) if len(set(truth)) == 2 else np.nan,
        "average_precision": lambda: (
            sk.average_precision_score(truth, scores.probabilities[:, 1]) if truth.any() else np.nan
        ),
        "accuracy": lambda: sk.accuracy_score(truth, scores.labels),
        "macro_f1": lambda: sk.f1_score(truth, scores.labels, average="macro", zero_division=0),
        "log_loss": lambda: sk.log_loss(truth, y_proba=scores.probabilities, labels=classes),
        "brier": lambda: sk.brier_score_loss(
            truth, scores.probabilities[:, 1] if len(classes) == 2 else scores.probabilities, labels=classes
        ),
    }
    return float(computed[name]())


def _expected_of_numbers(name: str, truth: np.ndarray, values: np.ndarray) -> float:
    if name == "r2":
        return float(sk.r2_score(truth, values)) if np.ptp(truth) > 0 else np.nan
    return float({"rmse": sk.root_mean_squared_error, "mae": sk.mean_absolute_error}[name](truth, values))


def _repeat(scores: Scores, rows: np.ndarray) -> Scores:
    if scores.task is Task.REGRESSION:
        return Scores.regression(scores.values[rows])
    return Scores.classification(scores.task, scores.labels[rows], scores.probabilities[rows])


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_rows=st.integers(1, 40), levels=st.sampled_from([1, 2, 4, 1000]))
def test_class_metrics_equal_scikit_learn_on_repeated_rows(n_classes: int, seed: int, n_rows: int, levels: int) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, n_classes, n_rows)
    scores = _classifier(generator, n_rows, n_classes, levels)
    counts = generator.integers(0, 4, size=(3, n_rows))
    counts[:, 0] += 1
    prepared = prepare(truth, scores)
    found = prepared.values(counts.astype(np.float64))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for batch, weights in enumerate(counts):
            rows = np.repeat(np.arange(n_rows), weights)
            expected = [_expected_of_classes(name, truth[rows], _repeat(scores, rows)) for name in prepared.names]
            np.testing.assert_allclose(found[batch], expected, rtol=1e-12, atol=1e-14, equal_nan=True)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_rows=st.integers(2, 40),
    offset=st.sampled_from([0.0, 1e6]),
    decimals=st.sampled_from([0, 6]),
)
def test_number_metrics_equal_scikit_learn_on_repeated_rows(
    seed: int, n_rows: int, offset: float, decimals: int
) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.normal(size=n_rows).round(decimals) + offset
    scores = Scores.regression(truth + generator.normal(size=n_rows))
    counts = generator.integers(0, 4, size=(3, n_rows))
    counts[:, 0] += 1
    prepared = prepare(truth, scores)
    found = prepared.values(counts.astype(np.float64))
    for batch, weights in enumerate(counts):
        rows = np.repeat(np.arange(n_rows), weights)
        expected = [_expected_of_numbers(name, truth[rows], scores.values[rows]) for name in prepared.names]
        np.testing.assert_allclose(found[batch], expected, rtol=1e-7, equal_nan=True)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), levels=st.sampled_from([2, 5, 1000]))
def test_ranking_metrics_equal_scikit_learn_with_sample_weights(seed: int, levels: int) -> None:
    generator = np.random.default_rng(seed)
    truth = np.append(generator.integers(0, 2, 60), [0, 1])
    scores = _classifier(generator, len(truth), 2, levels)
    weights = generator.integers(1, 5, len(truth)).astype(np.float64)
    found = prepare(truth, scores, ["average_precision", "roc_auc"]).values(weights[None])[0]
    positive = scores.probabilities[:, 1]
    assert found[0] == pytest.approx(sk.average_precision_score(truth, positive, sample_weight=weights), rel=1e-12)
    assert found[1] == pytest.approx(sk.roc_auc_score(truth, positive, sample_weight=weights), rel=1e-12)


def _example(task: Task) -> tuple[np.ndarray, Scores]:
    generator = np.random.default_rng(7)
    if task is Task.REGRESSION:
        truth = generator.normal(size=60)
        return truth, Scores.regression(truth + generator.normal(size=60))
    n_classes = 2 if task is Task.BINARY else 3
    return generator.integers(0, n_classes, 60), _classifier(generator, 60, n_classes, 6)


@pytest.mark.parametrize("task", list(Task))
def test_influence_is_the_derivative_by_each_weight(task: Task) -> None:
    truth, scores = _example(task)
    prepared = prepare(truth, scores)
    step = 1e-5
    ones = np.ones((60, 60))
    change = (prepared.values(ones + step * np.eye(60)) - prepared.values(ones - step * np.eye(60))) / (2 * step)
    np.testing.assert_allclose(prepared.influence(), change * 60, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("task", list(Task))
def test_every_metric_of_the_task_is_computed_in_the_order_asked(task: Task) -> None:
    truth, scores = _example(task)
    names = [metric.name for metric in metrics_for(task)]
    backwards = prepare(truth, scores, names[::-1])
    assert backwards.names == tuple(names[::-1])
    np.testing.assert_array_equal(backwards.estimate()[::-1], prepare(truth, scores).estimate())
    assert set(names) <= set(METRICS)


def test_a_probability_of_zero_for_the_truth_has_a_finite_log_loss() -> None:
    scores = Scores.classification(Task.BINARY, np.array([0, 1]), np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32))
    loss = prepare(np.array([1, 1]), scores, ["log_loss"]).estimate()[0]
    assert loss == pytest.approx(-np.log(np.finfo(np.float32).eps) / 2, rel=1e-6)


def test_one_class_leaves_roc_auc_undefined_and_accuracy_defined() -> None:
    scores = _classifier(np.random.default_rng(1), 5, 2, 9)
    found = dict(
        zip(
            ("roc_auc", "accuracy"),
            prepare(np.zeros(5, dtype=np.int64), scores, ["roc_auc", "accuracy"]).estimate(),
            strict=True,
        )
    )
    assert np.isnan(found["roc_auc"])
    assert 0.0 <= found["accuracy"] <= 1.0


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_answers_that_are_not_numbers_are_refused_with_their_count(broken: float) -> None:
    with pytest.raises(EvidenceError, match="for 1 of 3 rows"):
        prepare(np.zeros(3), Scores.regression(np.array([0.0, broken, 1.0])))


def test_a_metric_of_another_task_is_refused() -> None:
    with pytest.raises(DataError, match="rmse"):
        prepare(np.array([0, 1]), _classifier(np.random.default_rng(1), 2, 2, 3), ["rmse"])


def test_labels_and_scores_of_different_length_are_refused() -> None:
    with pytest.raises(DataError, match="3 labels and 2 scores"):
        prepare(np.zeros(3), Scores.regression(np.zeros(2)))
