"""Run the pipeline and gather what happened: the use case behind `ratchet run`."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass

from modelratchet.errors import ExitCode
from modelratchet.storage.journal import StageRun, read_stage_runs
from modelratchet.usecases.ports.pipeline import PipelineRunner, RunRequest, StageDied, StageEvent, StageKept


@dataclass(frozen=True)
class PipelineOutcome:
    """What one run did. `ran` and `kept` are in the order they came; `died` is a stage that ended without a word in the journal."""

    stages: tuple[str, ...]
    ran: tuple[StageRun, ...]
    kept: tuple[str, ...]
    has_ended_well: bool
    died: StageRun | None = None

    @property
    def did_nothing(self) -> bool:
        """Whether every stage was kept, or looked and found nothing to do."""
        return self.has_ended_well and not any(run.did_work for run in self.ran)

    @property
    def failed(self) -> StageRun | None:
        """The stage that stopped the run, if one did; None too where the engine refuses `dvc.yaml`, an input or an output."""
        return next((run for run in self.ran if run.exit_code), self.died)


def run_pipeline(runner: PipelineRunner, request: RunRequest, watch: Callable[[StageEvent], None]) -> PipelineOutcome:
    """Run what has to run.

    Raises:
        OutsideError: another run holds the pipeline.
    """
    stages = runner.stages()
    kept: list[str] = []
    died: list[StageDied] = []

    def observe(event: StageEvent) -> None:
        if isinstance(event, StageKept):
            kept.append(event.stage)
        elif isinstance(event, StageDied):
            died.append(event)
        watch(event)

    has_ended_well = runner.run(request, observe)
    ran = read_stage_runs(request.journal)
    is_told = any(run.exit_code for run in ran)
    return PipelineOutcome(
        stages, ran, tuple(kept), has_ended_well, _unexplained(died[0]) if died and not is_told else None
    )


def _unexplained(died: StageDied) -> StageRun:
    """A stage that was killed, or could not even be imported: nothing is known of the model."""
    message = f"{_ending(died.status)} and did not say why; this is no verdict"
    return StageRun(died.stage, 0.0, int(ExitCode.BUG), message, "", did_work=True)


def _ending(status: int | None) -> str:
    if status is None:
        return "it failed"
    # a shell says it as 128 and the number
    number = -status if status < 0 else status - 128
    if number not in {item.value for item in signal.Signals}:
        return f"it ended with {status}"
    name = signal.Signals(number).name
    return f"it was ended by {name}" + (", as where memory runs out," if name == "SIGKILL" else "")
