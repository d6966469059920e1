"""What the commands need, put together. Adapters are imported when a command asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelratchet.config import layout
from modelratchet.storage.only_one import only_one
from modelratchet.usecases.examine import Examination, Examined, Level
from modelratchet.usecases.ports.pipeline import PipelineRunner
from modelratchet.usecases.read_report import ReportFiles
from modelratchet.version import RELEASE

REPORT_FILES = ReportFiles(layout.EVIDENCE, layout.VERDICT, layout.RECEIPT)
LOG = layout.STATE / "run.log"
_ONLY_RUN = layout.STATE / "run.lock"


def pipeline_runner() -> PipelineRunner:
    """DVC in the current folder."""
    from modelratchet.adapters.dvc_pipeline_runner import DvcPipelineRunner

    return DvcPipelineRunner(Path())


@contextmanager
def the_only_run() -> Iterator[None]:
    """Hold the folder's pipeline: DVC lets another run in while a stage works, and a retraining would move the settings under that stage.

    Raises:
        OutsideError: another run is going on in this folder.
    """
    with only_one(_ONLY_RUN, "run"):
        yield


def examinations() -> tuple[Examination, ...]:
    """What `ratchet doctor` looks at."""
    from modelratchet.adapters.machine_examinations import machine_examinations

    return (*machine_examinations(), releases)


def releases() -> Examined:
    """Whether the registry holds something that a later release wrote."""
    from modelratchet.config.reading import load_params
    from modelratchet.errors import ConfigError
    from modelratchet.usecases.examine_store import NAME, examine_store
    from modelratchet.wiring.certifying import run_files
    from modelratchet.wiring.ledger import reader

    try:
        model = load_params().model
    except ConfigError:  # told by the examination of params
        return Examined(NAME, Level.OPTIONAL, "not looked at: params.yaml names no model")
    return examine_store(model, reader().ledger, run_files(), RELEASE)
