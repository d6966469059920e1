"""What a call of `ratchet retrain` did and why: one record for the terminal, for JSON, for a job's outputs and for the page of a pull request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from modelratchet.core.verdict import Decision


class RetrainOutcome(StrEnum):
    """What came of it. A run that failed is none of these: it is undone, and ends as an error."""

    NOTHING_NEW = "nothing new"
    WOULD_RETRAIN = "would retrain"
    RETRAINED = "retrained"


@dataclass(frozen=True)
class WindowNames:
    """A window by the names of its periods: the first, the first that is held out, the last."""

    first: str
    holdout: str
    last: str


@dataclass(frozen=True)
class PeriodRows:
    """What the source has of a period of the window."""

    period: str
    n_rows: int
    longest_gap_hours: float
    is_held_out: bool


@dataclass(frozen=True)
class Judgement:
    """The verdict on the retrained model, and where it stands. `version` is None where it was not recorded.

    `holdout_look` is the number of this candidate among all that were judged on these held-out rows; 1 means that the rows are new.
    `is_earlier` says that the same model was judged before, and that this is the verdict that was given then.
    """

    decision: Decision
    champion: str | None
    version: str | None
    run_id: str | None
    holdout_look: int
    is_earlier: bool = False


@dataclass(frozen=True)
class Retraining:
    """`window` is the one that params.yaml has now, or would have; None where it ends elsewhere. `changes` maps keys to old and new values."""

    outcome: RetrainOutcome
    model: str
    why: str
    notes: tuple[str, ...]
    window: WindowNames | None
    changes: Mapping[str, tuple[str, str]]
    rows: tuple[PeriodRows, ...]
    judgement: Judgement | None
    merges: bool
    """Whether the settings let a verdict of promote go in without a review."""

    @property
    def title(self) -> str:
        """One line, for a pull request."""
        last = self.window.last if self.window else ""
        if self.judgement:
            return f"Retrain {self.model} through {last}: {self.judgement.decision.value}"
        if self.outcome is RetrainOutcome.WOULD_RETRAIN:
            return f"Would retrain {self.model} through {last}"
        return f"Nothing new for {self.model}" + (f" after {last}" if last else "")

    @property
    def merge(self) -> bool:
        """Whether it may go in by itself: only what the gate would promote, and only where the settings say so."""
        return self.merges and self.judgement is not None and self.judgement.decision is Decision.PROMOTE
