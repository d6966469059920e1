"""Run the pipeline and gather what happened: the use case behind `ratchet run`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modelratchet.storage.journal import StageRun, read_stage_runs
from modelratchet.usecases.ports.pipeline import PipelineRunner, RunRequest, StageEvent, StageKept


@dataclass(frozen=True)
class PipelineOutcome:
    """What one run did. `ran` and `kept` are in the order they came; `failed` is the stage that stopped it."""

    stages: tuple[str, ...]
    ran: tuple[StageRun, ...]
    kept: tuple[str, ...]
    has_ended_well: bool

    @property
    def did_nothing(self) -> bool:
        """Whether every stage was kept, or looked and found nothing to do."""
        return self.has_ended_well and not any(run.did_work for run in self.ran)

    @property
    def failed(self) -> StageRun | None:
        """The stage that stopped the run, if one did."""
        return next((run for run in self.ran if run.exit_code), None)


def run_pipeline(runner: PipelineRunner, request: RunRequest, watch: Callable[[StageEvent], None]) -> PipelineOutcome:
    """Run what has to run.

    Raises:
        OutsideError: another run holds the pipeline.
    """
    stages = runner.stages()
    kept: list[str] = []

    def observe(event: StageEvent) -> None:
        if isinstance(event, StageKept):
            kept.append(event.stage)
        watch(event)

    has_ended_well = runner.run(request, observe)
    return PipelineOutcome(stages, read_stage_runs(request.journal), tuple(kept), has_ended_well)
