"""What runs the stages, and the tests of the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from modelratchet.core.model_tests import ModelTest


class ModelTester(Protocol):
    """The data scientist's own tests of the candidate."""

    def run(self) -> tuple[ModelTest, ...]:
        """Run all tests that there are and say how each ended; none where there are none.

        Whatever a test does is an outcome, not an error: one that crashes, hangs or cannot be read has failed.
        """


@dataclass(frozen=True)
class StageStarted:
    """A stage's command began."""

    stage: str


@dataclass(frozen=True)
class StageKept:
    """A stage had nothing to do: its inputs are the ones of last time, or its outputs came from the cache."""

    stage: str


@dataclass(frozen=True)
class StageSaid:
    """A line that a stage, or the pipeline's engine, printed."""

    line: str


@dataclass(frozen=True)
class StageDied:
    """A stage's process ended with this status, or the engine did under it: negative is a signal's number, None is not known.

    Whether the stage said why stands in the journal.
    """

    stage: str
    status: int | None


StageEvent = StageStarted | StageKept | StageSaid | StageDied


@dataclass(frozen=True)
class RunRequest:
    """What to run: `stages` empty means all; `force` runs them though nothing changed.

    `journal` is the file that this run's stages append to.
    """

    stages: tuple[str, ...]
    force: bool
    journal: Path


class PipelineRunner(Protocol):
    """Runs the stages whose inputs changed."""

    def stages(self) -> tuple[str, ...]:
        """Names of all stages, in the order of `dvc.yaml`."""

    def run(self, request: RunRequest, watch: Callable[[StageEvent], None]) -> bool:
        """Run what has to run, telling `watch` as it happens. True when every stage ended well.

        Raises:
            OutsideError: another run holds the pipeline.
            KeyboardInterrupt: a person stopped it; the stage's process is gone when this is raised.
        """
