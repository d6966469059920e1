"""Candidate against champion and anchor on the same rows."""

import dataclasses

import numpy as np
import pytest

from modelratchet.core.comparison import Comparison, Contest, Method
from modelratchet.core.formats import from_document, to_document
from modelratchet.core.metrics import metrics_for
from modelratchet.core.standing import NOBODY, Champion, Standing
from modelratchet.core.tasks import Task
from modelratchet.errors import DataError, EvidenceError
from modelratchet.modeling.comparison import Contender, References, compare, reference_scores
from modelratchet.modeling.holdout import Holdout
from tests.samples.models import CLASSES, comparison_plan_of, contender_of, holdout_of, schema_of

CHAMPION = Champion("3", "sha256:champion", "run")
ANCHOR = Champion("1", "sha256:anchor", "first")


def _standing(champion: Champion, anchor: Champion, holdout: Holdout) -> Standing:
    return Standing(champion, anchor, "sha256:head", 4, holdout.digest, 2, 5)


def _compared(
    task: Task, champion: Contender | None, *, anchor: Contender | None = None, strength: float = 1.0,
    holdout: Holdout | None = None, cluster: str | None = None,
) -> Comparison:  # fmt: skip
    rows = holdout or holdout_of(task)
    reigning = CHAMPION if champion else NOBODY
    standing = _standing(reigning, ANCHOR if anchor else reigning, rows)
    candidate = contender_of(schema_of(task), strength)
    return compare(candidate, References(standing, champion, anchor), rows, comparison_plan_of(task, cluster))


def _against_champion(task: Task, champion: Contender, **options: float) -> Contest:
    contest = _compared(task, champion, **options).champion  # type: ignore[arg-type]
    assert contest is not None
    return contest


@pytest.mark.parametrize("task", list(Task))
def test_every_metric_and_slice_is_compared_with_the_champion(task: Task) -> None:
    found = _against_champion(task, contender_of(schema_of(task), 0.6))
    assert [difference.metric for difference in found.differences] == [metric.name for metric in metrics_for(task)]
    assert [part.category for part in found.slices] == ["large", "one class", "small"]
    assert [part.n_rows for part in found.slices] == [335, 60, 5]
    assert found.slices[0].difference is not None
    assert found.slices[2].difference is None
    assert (found.reference, found.incomparable) == (CHAMPION, "")


@pytest.mark.parametrize("task", list(Task))
def test_a_comparison_survives_its_file_format_and_is_the_same_twice(task: Task) -> None:
    reference = contender_of(schema_of(task), 0.6)
    found = _compared(task, reference, anchor=reference)
    assert from_document(Comparison, to_document(found), "here") == found
    assert found == _compared(task, reference, anchor=reference)


@pytest.mark.parametrize("task", list(Task))
def test_the_anchor_is_compared_in_every_metric_and_nothing_else(task: Task) -> None:
    found = _compared(task, contender_of(schema_of(task), 0.9), anchor=contender_of(schema_of(task), 0.6))
    assert found.champion is not None
    assert found.anchor is not None
    assert [item.metric for item in found.anchor.differences] == [metric.name for metric in metrics_for(task)]
    assert (found.anchor.reference, found.anchor.slices, found.anchor.churn) == (ANCHOR, (), None)
    assert found.anchor.differences != found.champion.differences


def test_the_better_model_gains_and_the_worse_loses() -> None:
    schema = schema_of(Task.REGRESSION)
    better = _against_champion(Task.REGRESSION, contender_of(schema, 0.1), strength=0.8).difference("rmse")
    worse = _against_champion(Task.REGRESSION, contender_of(schema, 0.8), strength=0.1).difference("rmse")
    assert better is not None
    assert worse is not None
    assert better.gain == pytest.approx(better.reference - better.candidate)
    assert better.gain > 5 * better.standard_error
    assert worse.gain == pytest.approx(-better.gain)


def test_without_a_champion_there_is_nothing_to_compare() -> None:
    found = _compared(Task.BINARY, None)
    assert (found.champion, found.anchor, found.n_rows) == (None, None, 400)
    assert found.standing.champion == NOBODY


@pytest.mark.parametrize("task", list(Task))
def test_the_champion_itself_gains_exactly_nothing(task: Task) -> None:
    found = _against_champion(task, contender_of(schema_of(task)))
    assert [difference.gain for difference in found.differences] == [0.0] * len(metrics_for(task))
    assert not any(np.signbit(difference.gain) for difference in found.differences)
    assert found.churn is None or found.churn.share == 0.0


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_classes_are_matched_by_name_whatever_their_order(task: Task) -> None:
    schema = schema_of(task)
    backwards = dataclasses.replace(schema, classes=CLASSES[task][::-1])
    # the model places its classes along the signal, so turned classes need the opposite sign
    champion = contender_of(backwards, strength=-1.0)
    found = reference_scores(champion, schema, holdout_of(task))
    expected = contender_of(schema).model.score(holdout_of(task).features(schema))
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_allclose(found.probabilities, expected.probabilities)


def test_three_classes_in_a_rotated_order_keep_their_probabilities() -> None:
    schema = schema_of(Task.MULTICLASS)
    rotated = dataclasses.replace(schema, classes=("c", "a", "b"))
    champion = contender_of(rotated)
    raw = champion.model.score(holdout_of(Task.MULTICLASS).features(rotated))
    found = reference_scores(champion, schema, holdout_of(Task.MULTICLASS))
    np.testing.assert_array_equal(found.probabilities, raw.probabilities[:, [1, 2, 0]])
    assert [schema.classes[i] for i in found.labels] == [rotated.classes[i] for i in raw.labels]


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        (contender_of(schema_of(Task.BINARY, columns=("gone",))), "gone"),
        (contender_of(schema_of(Task.BINARY, classes=("no", "maybe"))), "maybe"),
        (contender_of(schema_of(Task.REGRESSION)), "regression"),
        (contender_of(schema_of(Task.BINARY), strength=np.nan), "NaN"),
    ],
)
def test_a_reference_that_does_not_fit_today_is_incomparable_and_says_why(reference: Contender, reason: str) -> None:
    found = _compared(Task.BINARY, reference, anchor=reference)
    assert found.champion is not None
    assert found.anchor is not None
    for contest, who in ((found.champion, "champion version 3"), (found.anchor, "anchor version 1")):
        assert reason in contest.incomparable
        assert contest.incomparable.startswith(who)
        assert (contest.differences, contest.slices, contest.churn) == ((), (), None)


def test_a_champion_that_does_not_fit_leaves_the_anchor_comparable() -> None:
    stranger = contender_of(schema_of(Task.BINARY, columns=("gone",)))
    found = _compared(Task.BINARY, stranger, anchor=contender_of(schema_of(Task.BINARY), 0.6))
    assert found.anchor is not None
    assert found.anchor.difference("roc_auc") is not None


def test_faults_of_the_candidate_are_errors() -> None:
    with pytest.raises(EvidenceError, match="NaN"):
        _compared(Task.BINARY, None, strength=np.nan)
    rows = holdout_of(Task.BINARY).rows.drop(columns="signal")
    with pytest.raises(DataError, match="signal"):
        _compared(Task.BINARY, None, holdout=Holdout(rows, "sha256:x"))


def test_a_standing_of_another_holdout_is_refused() -> None:
    task, holdout = Task.BINARY, holdout_of(Task.BINARY)
    references = References(_standing(NOBODY, NOBODY, Holdout(holdout.rows, "sha256:older")), None, None)
    with pytest.raises(EvidenceError, match="sha256:older") as caught:
        compare(contender_of(schema_of(task)), references, holdout, comparison_plan_of(task))
    assert "ratchet run" in caught.value.hint


@pytest.mark.parametrize("task", [Task.BINARY, Task.MULTICLASS])
def test_churn_counts_rows_by_what_became_of_them(task: Task) -> None:
    holdout, schema = holdout_of(task), schema_of(task)
    champion = contender_of(schema, strength=-0.7)
    ours, theirs = (one.model.score(holdout.features(schema)).labels for one in (contender_of(schema), champion))
    truth, churn = holdout.truth(schema), _against_champion(task, champion).churn
    assert churn is not None
    assert churn.mended == np.count_nonzero((ours == truth) & (theirs != truth)) > 0
    assert churn.broken == np.count_nonzero((ours != truth) & (theirs == truth)) > 0
    assert churn.share == np.mean(ours != theirs)
    assert (churn.moved > 0) is (task is Task.MULTICLASS)


def test_a_regression_has_no_churn() -> None:
    assert _against_champion(Task.REGRESSION, contender_of(schema_of(Task.REGRESSION), 0.9)).churn is None


@pytest.mark.parametrize("task", list(Task))
def test_clusters_of_rows_are_taken_together_for_every_metric(task: Task) -> None:
    plain = holdout_of(task)
    holdout = Holdout(plain.rows.assign(day=np.arange(len(plain.rows)) % 40), plain.digest)
    found = _compared(task, contender_of(schema_of(task), 0.6), holdout=holdout, cluster="day").champion
    assert found is not None
    assert {(item.method, item.n_clusters) for item in found.differences} == {(Method.CLUSTER, 40)}
    assert found.slices[0].difference is not None
    assert found.slices[0].difference.n_clusters == 40


def test_a_cluster_column_that_was_dropped_or_is_constant_is_refused() -> None:
    champion = contender_of(schema_of(Task.BINARY), 0.6)
    with pytest.raises(DataError, match=r"compare\.cluster names") as caught:
        _compared(Task.BINARY, champion, cluster="day")
    assert "columns.kept" in caught.value.hint
    plain = holdout_of(Task.BINARY)
    with pytest.raises(DataError, match="one value only"):
        _compared(Task.BINARY, champion, holdout=Holdout(plain.rows.assign(day=1), plain.digest), cluster="day")


def test_a_broken_candidate_is_named_before_a_broken_champion() -> None:
    broken = contender_of(schema_of(Task.BINARY), strength=np.nan)
    with pytest.raises(EvidenceError, match="NaN"):
        _compared(Task.BINARY, broken, strength=np.nan)
