"""Candidate against champion: both score today's holdout, and every difference is paired. Called by the `compare` stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelratchet.core.evidence import Champion, Comparison, Difference, SliceDifference
from modelratchet.core.schema import Schema
from modelratchet.errors import DataError, RatchetError
from modelratchet.modeling.bootstrap import differences
from modelratchet.modeling.evaluation import MINIMUM_SLICE_ROWS, Measurement
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.latency import Call, LatencyPlan, single_calls, time_in_turns
from modelratchet.modeling.metrics import Truth, prepare, refuse_broken
from modelratchet.modeling.scores import Scores


class Model(Protocol):
    """A loaded graph; `modeling.onnx_model.OnnxModel` is one."""

    def score(self, features: pd.DataFrame) -> Scores:
        """Answer for rows of the schema's features."""

    def feeds(self, features: pd.DataFrame) -> dict[str, NDArray[np.generic]]:
        """Turn rows into the graph's inputs."""

    def run(self, feeds: dict[str, NDArray[np.generic]]) -> object:
        """Run the graph."""


@dataclass(frozen=True)
class Contender:
    """A loaded bundle."""

    digest: str
    schema: Schema
    model: Model


@dataclass(frozen=True)
class Reigning:
    """What the registry says of the champion, and its loaded bundle; None where there is no champion."""

    record: Champion
    contender: Contender | None


@dataclass(frozen=True)
class ComparisonPlan:
    """What is compared, and how calls are timed."""

    measurement: Measurement
    latency: LatencyPlan


@dataclass(frozen=True)
class _Duel:
    """Both models' answers to the same rows, in the candidate's classes."""

    truth: Truth
    candidate: Scores
    champion: Scores

    @property
    def changed_share(self) -> float | None:
        """Share of rows with another label; None for a regression."""
        if not self.candidate.task.is_classification:
            return None
        return float(np.mean(self.candidate.labels != self.champion.labels))


def compare(candidate: Contender, reigning: Reigning, holdout: Holdout, plan: ComparisonPlan) -> Comparison:
    """Score both on the same rows and time them in turns.

    A champion that cannot be scored on these rows is no error: `incomparable` says why.

    Raises:
        DataError: the holdout does not fit the candidate.
        EvidenceError: the candidate answered something that is no number.
    """
    scores, truth = candidate.model.score(holdout.features(candidate.schema)), holdout.truth(candidate.schema)
    refuse_broken(scores)
    champion, incomparable, duel = reigning.contender, "", None
    if champion is not None:
        try:
            duel = _Duel(truth, scores, champion_scores(champion, candidate.schema, holdout))
        except RatchetError as error:
            champion, incomparable = None, f"champion version {reigning.record.version}: {error.message}"
    return Comparison(
        bundle_digest=candidate.digest,
        holdout_digest=holdout.digest,
        champion=reigning.record,
        n_rows=len(truth),
        confidence=plan.measurement.resampling.confidence,
        incomparable=incomparable,
        differences=_differences(duel, plan.measurement) if duel else (),
        slices=_slices(duel, holdout, plan.measurement) if duel else (),
        latency=time_in_turns(
            _calls(candidate, holdout, plan), _calls(champion, holdout, plan) if champion else None, plan.latency
        ),
        changed_labels_share=duel.changed_share if duel else None,
    )


def champion_scores(champion: Contender, schema: Schema, holdout: Holdout) -> Scores:
    """The champion's answers in the candidate's classes: matched by name, for their order may differ.

    Raises:
        DataError: another task, label or set of classes, or columns that today's rows lack.
        EvidenceError: the champion answered something that is no number.
    """
    theirs = champion.schema
    for what, found, expected in (
        ("answers task", theirs.task, schema.task),
        ("predicts", theirs.label, schema.label),
        ("knows classes", sorted(theirs.classes), sorted(schema.classes)),
    ):
        if found != expected:
            raise DataError(f"it {what} {found}, the candidate {expected}")
    scores = champion.model.score(holdout.features(theirs))
    refuse_broken(scores)
    if not schema.task.is_classification:
        return scores
    positions = np.array([schema.classes.index(name) for name in theirs.classes])
    return Scores.classification(schema.task, positions[scores.labels], scores.probabilities[:, np.argsort(positions)])


def _differences(duel: _Duel, measurement: Measurement) -> tuple[Difference, ...]:
    found = differences(prepare(duel.truth, duel.candidate), prepare(duel.truth, duel.champion), measurement.resampling)
    return tuple(difference for difference in found if difference)


def _slices(duel: _Duel, holdout: Holdout, measurement: Measurement) -> tuple[SliceDifference, ...]:
    return tuple(
        SliceDifference(part.column, part.category, len(part.rows), _slice_difference(duel, part.rows, measurement))
        for part in holdout.slices(measurement.slices)
    )


def _slice_difference(duel: _Duel, rows: NDArray[np.int64], measurement: Measurement) -> Difference | None:
    if len(rows) < MINIMUM_SLICE_ROWS:
        return None
    ours, theirs = (
        prepare(duel.truth[rows], scores.take(rows), [measurement.primary])
        for scores in (duel.candidate, duel.champion)
    )
    return differences(ours, theirs, measurement.resampling)[0]


def _calls(contender: Contender, holdout: Holdout, plan: ComparisonPlan) -> tuple[Call, ...]:
    return single_calls(contender.model, holdout.features(contender.schema), plan.latency)
