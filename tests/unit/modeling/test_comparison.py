"""Candidate against champion on the same rows."""

import dataclasses

import numpy as np
import pytest

from modelratchet.core.evidence import Champion, Comparison
from modelratchet.core.formats import from_document, to_document
from modelratchet.core.metrics import metrics_for
from modelratchet.core.tasks import Task
from modelratchet.errors import DataError, EvidenceError
from modelratchet.modeling.comparison import ComparisonPlan, Contender, Reigning, champion_scores, compare
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.latency import LatencyPlan
from tests.samples.models import CLASSES, contender_of, holdout_of, measurement_of, schema_of

CHAMPION = Champion("3", "sha256:champion", "run")
NOBODY = Champion(None, None, None)


def _compared(
    task: Task, champion: Contender | None, holdout: Holdout | None = None, strength: float = 1.0
) -> Comparison:
    plan = ComparisonPlan(measurement_of(task), LatencyPlan(1, 50, 0.95, 3))
    reigning = Reigning(CHAMPION if champion else NOBODY, champion)
    return compare(contender_of(schema_of(task), strength), reigning, holdout or holdout_of(task), plan)


@pytest.mark.parametrize("task", list(Task))
def test_every_metric_and_slice_is_compared(task: Task) -> None:
    found = _compared(task, contender_of(schema_of(task), 0.6))
    assert [difference.metric for difference in found.differences] == [metric.name for metric in metrics_for(task)]
    assert [part.category for part in found.slices] == ["large", "one class", "small"]
    assert found.slices[0].difference is not None
    assert found.slices[2].difference is None
    assert found.incomparable == ""
    assert found.latency.ratio is not None


@pytest.mark.parametrize("task", list(Task))
def test_a_comparison_survives_its_file_format(task: Task) -> None:
    found = _compared(task, contender_of(schema_of(task), 0.6))
    assert from_document(Comparison, to_document(found), "here") == found


def test_the_better_model_gains_and_the_worse_loses() -> None:
    better = _compared(Task.REGRESSION, contender_of(schema_of(Task.REGRESSION), 0.1), strength=0.8).difference("rmse")
    worse = _compared(Task.REGRESSION, contender_of(schema_of(Task.REGRESSION), 0.8), strength=0.1).difference("rmse")
    assert better is not None
    assert worse is not None
    assert better.gain == pytest.approx(better.champion - better.candidate)
    assert better.low > 0.0 > worse.high


def test_without_a_champion_only_the_candidate_is_timed() -> None:
    found = _compared(Task.BINARY, None)
    assert (found.differences, found.slices, found.changed_labels_share, found.incomparable) == ((), (), None, "")
    assert (found.latency.ratio, found.latency.champion_p50_ms) == (None, None)
    assert found.latency.candidate_p50_ms > 0.0


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_classes_are_matched_by_name_whatever_their_order(task: Task) -> None:
    schema = schema_of(task)
    backwards = dataclasses.replace(schema, classes=CLASSES[task][::-1])
    # the model places its classes along the signal, so turned classes need the opposite sign
    champion = contender_of(backwards, strength=-1.0)
    found = champion_scores(champion, schema, holdout_of(task))
    expected = contender_of(schema).model.score(holdout_of(task).features(schema))
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_allclose(found.probabilities, expected.probabilities)
    assert _compared(task, champion).changed_labels_share == 0.0


def test_three_classes_in_a_rotated_order_keep_their_probabilities() -> None:
    schema = schema_of(Task.MULTICLASS)
    rotated = dataclasses.replace(schema, classes=("c", "a", "b"))
    champion = contender_of(rotated)
    raw = champion.model.score(holdout_of(Task.MULTICLASS).features(rotated))
    found = champion_scores(champion, schema, holdout_of(Task.MULTICLASS))
    np.testing.assert_array_equal(found.probabilities, raw.probabilities[:, [1, 2, 0]])
    assert [schema.classes[i] for i in found.labels] == [rotated.classes[i] for i in raw.labels]


@pytest.mark.parametrize(
    ("champion", "reason"),
    [
        (contender_of(schema_of(Task.BINARY, columns=("gone",))), "gone"),
        (contender_of(schema_of(Task.BINARY, classes=("no", "maybe"))), "maybe"),
        (contender_of(schema_of(Task.REGRESSION)), "regression"),
        (contender_of(schema_of(Task.BINARY), strength=np.nan), "NaN"),
    ],
)
def test_a_champion_that_does_not_fit_today_is_incomparable_and_says_why(champion: Contender, reason: str) -> None:
    found = _compared(Task.BINARY, champion)
    assert reason in found.incomparable
    assert "version 3" in found.incomparable
    assert found.differences == ()
    assert found.latency.ratio is None


def test_faults_of_the_candidate_are_errors() -> None:
    with pytest.raises(EvidenceError, match="NaN"):
        _compared(Task.BINARY, None, strength=np.nan)
    rows = holdout_of(Task.BINARY).rows.drop(columns="signal")
    with pytest.raises(DataError, match="signal"):
        _compared(Task.BINARY, None, Holdout(rows, "sha256:x"))


def test_churn_is_the_share_of_rows_with_another_label() -> None:
    task, holdout = Task.BINARY, holdout_of(Task.BINARY)
    champion = contender_of(schema_of(task), strength=-1.0)
    ours, theirs = (
        contender.model.score(holdout.features(contender.schema)).labels
        for contender in (contender_of(schema_of(task)), champion)
    )
    assert _compared(task, champion).changed_labels_share == np.mean(ours != theirs) == 1.0
    assert _compared(Task.REGRESSION, contender_of(schema_of(Task.REGRESSION))).changed_labels_share is None
