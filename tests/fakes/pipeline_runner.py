"""A pipeline of one stage that does what it is told to."""

from __future__ import annotations

from collections.abc import Callable

from modelratchet.storage.journal import StageRun, append_stage_run
from modelratchet.usecases.ports.pipeline import RunRequest, StageDied, StageEvent, StageStarted


class FakePipelineRunner:
    """The port `PipelineRunner`. `work` is called by the stage; `exit_code` is what it leaves in the journal, None is nothing; `died` is told after it."""

    def __init__(
        self, work: Callable[[], object] = lambda: None, exit_code: int | None = 0, died: StageDied | None = None
    ) -> None:
        self.work, self.exit_code, self.died = work, exit_code, died

    def stages(self) -> tuple[str, ...]:
        return ("train",)

    def run(self, request: RunRequest, watch: Callable[[StageEvent], None]) -> bool:
        watch(StageStarted("train"))
        self.work()
        if self.exit_code is not None:
            append_stage_run(request.journal, StageRun("train", 0.1, self.exit_code, "", "", did_work=True))
        if self.died:
            watch(self.died)
        return self.exit_code == 0 and self.died is None
