"""Candidate against champion and anchor: all score today's holdout, and every difference is paired. Called by the `compare` stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.comparison import Churn, Comparison, Contest, Difference, SliceDifference
from modelratchet.core.metrics import metrics_for
from modelratchet.core.schema import Schema
from modelratchet.core.standing import Champion, Standing
from modelratchet.errors import DataError, EvidenceError, RatchetError
from modelratchet.modeling.evaluation import MINIMUM_SLICE_ROWS
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.metrics import Truth, refuse_broken
from modelratchet.modeling.paired import PairedPlan, paired_differences
from modelratchet.modeling.scores import Scores

CHAMPION, ANCHOR = "champion", "anchor"


class Model(Protocol):
    """A loaded graph; `modeling.onnx_model.OnnxModel` is one."""

    def score(self, features: pd.DataFrame) -> Scores:
        """Answer for rows of the schema's features."""


@dataclass(frozen=True)
class Contender:
    """A loaded bundle."""

    digest: str
    schema: Schema
    model: Model


@dataclass(frozen=True)
class References:
    """What the candidate is held against: who they are, and their loaded bundles.

    `champion` is None where nobody reigns, `anchor` where it is the champion itself or there is none.
    """

    standing: Standing
    champion: Contender | None
    anchor: Contender | None


@dataclass(frozen=True)
class ComparisonPlan:
    """What is compared: all metrics, `primary` also on each category of the `slices` columns.

    Rows that are equal in the column `cluster` are drawn together; None takes rows as independent.
    """

    primary: str
    slices: tuple[str, ...]
    cluster: str | None
    n_resamples: int
    seed: int


@dataclass(frozen=True)
class _Trial:
    """The candidate's answers to the holdout, and all that a reference's are held against."""

    schema: Schema
    holdout: Holdout
    truth: Truth
    scores: Scores
    clusters: NDArray[np.int64] | None
    plan: ComparisonPlan

    def pairing(self, rows: NDArray[np.int64] | None = None) -> PairedPlan:
        """How rows are resampled: all of them, or the ones at these positions."""
        clusters = self.clusters if rows is None or self.clusters is None else self.clusters[rows]
        return PairedPlan(self.plan.n_resamples, self.plan.seed, clusters)


def compare(candidate: Contender, references: References, holdout: Holdout, plan: ComparisonPlan) -> Comparison:
    """Score all on the same rows.

    A reference that cannot be scored on these rows is no error: its contest says why.

    Raises:
        DataError: the holdout does not fit the candidate, or lacks a column that is asked for.
        EvidenceError: the candidate answered something that is no number, or the standing is of another holdout.
    """
    standing = references.standing
    if standing.holdout_digest != holdout.digest:
        raise EvidenceError(
            f"the champion was fetched for holdout {standing.holdout_digest}, found holdout {holdout.digest}",
            hint="Run `ratchet run`: it asks the registry again.",
        )
    scores, truth = candidate.model.score(holdout.features(candidate.schema)), holdout.truth(candidate.schema)
    refuse_broken(scores)
    clusters = holdout.clusters(plan.cluster) if plan.cluster is not None else None
    trial = _Trial(candidate.schema, holdout, truth, scores, clusters, plan)
    champion, anchor = references.champion, references.anchor
    return Comparison(
        bundle_digest=candidate.digest,
        holdout_digest=holdout.digest,
        n_rows=len(truth),
        standing=standing,
        champion=_contest(trial, CHAMPION, standing.champion, champion) if champion else None,
        anchor=_contest(trial, ANCHOR, standing.anchor, anchor) if anchor else None,
    )


def reference_scores(reference: Contender, schema: Schema, holdout: Holdout) -> Scores:
    """A champion's or anchor's answers in the candidate's classes: matched by name, for their order may differ.

    Raises:
        DataError: another task, label or set of classes, or columns that today's rows lack.
        EvidenceError: it answered something that is no number.
    """
    theirs = reference.schema
    for what, found, expected in (
        ("answers task", theirs.task, schema.task),
        ("predicts", theirs.label, schema.label),
        ("knows classes", sorted(theirs.classes), sorted(schema.classes)),
    ):
        if found != expected:
            raise DataError(f"it {what} {found}, the candidate {expected}")
    scores = reference.model.score(holdout.features(theirs))
    refuse_broken(scores)
    if not schema.task.is_classification:
        return scores
    positions = np.array([schema.classes.index(name) for name in theirs.classes])
    return Scores.classification(schema.task, positions[scores.labels], scores.probabilities[:, np.argsort(positions)])


def _contest(trial: _Trial, role: str, record: Champion, reference: Contender) -> Contest:
    """Slices and churn are of the champion only: the anchor asks about the primary metric as a whole."""
    try:
        theirs = reference_scores(reference, trial.schema, trial.holdout)
    except RatchetError as error:
        return Contest(record, f"{role} version {record.version}: {error.message}", (), (), None)
    differences = _differences(trial, theirs)
    if role == ANCHOR:
        return Contest(record, "", differences, (), None)
    return Contest(record, "", differences, tuple(_slices(trial, theirs)), _churn(trial, theirs))


def _differences(trial: _Trial, theirs: Scores) -> tuple[Difference, ...]:
    names = tuple(metric.name for metric in metrics_for(trial.schema.task))
    found = paired_differences(trial.truth, trial.scores, theirs, names, trial.pairing())
    return tuple(difference for difference in found if difference)


def _slices(trial: _Trial, theirs: Scores) -> Iterator[SliceDifference]:
    for part in trial.holdout.slices(trial.plan.slices):
        difference = None
        if len(part.rows) >= MINIMUM_SLICE_ROWS:
            ours, other, truth = trial.scores.take(part.rows), theirs.take(part.rows), trial.truth[part.rows]
            (difference,) = paired_differences(truth, ours, other, (trial.plan.primary,), trial.pairing(part.rows))
        yield SliceDifference(part.column, part.category, len(part.rows), difference)


def _churn(trial: _Trial, theirs: Scores) -> Churn | None:
    """Rows whose label changed; None for a regression, whose answers nearly all do."""
    if not trial.schema.task.is_classification:
        return None
    is_changed = trial.scores.labels != theirs.labels
    is_right, was_right = trial.scores.labels == trial.truth, theirs.labels == trial.truth
    mended, broken = int(np.count_nonzero(is_right & ~was_right)), int(np.count_nonzero(was_right & ~is_right))
    return Churn(len(trial.truth), mended, broken, int(np.count_nonzero(is_changed)) - mended - broken)
