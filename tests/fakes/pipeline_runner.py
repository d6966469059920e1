"""A pipeline of one stage that does what it is told to."""

from __future__ import annotations

from collections.abc import Callable

from modelratchet.storage.journal import StageRun, append_stage_run
from modelratchet.usecases.ports.pipeline import RunRequest, StageEvent, StageStarted


class FakePipelineRunner:
    """The port `PipelineRunner`. `work` is called by the stage; `exit_code` is what the stage ends with."""

    def __init__(self, work: Callable[[], object] = lambda: None, exit_code: int = 0) -> None:
        self.work, self.exit_code = work, exit_code

    def stages(self) -> tuple[str, ...]:
        return ("train",)

    def run(self, request: RunRequest, watch: Callable[[StageEvent], None]) -> bool:
        watch(StageStarted("train"))
        self.work()
        append_stage_run(request.journal, StageRun("train", 0.1, self.exit_code, "", "", did_work=True))
        return self.exit_code == 0
