"""What the commands need, put together. Adapters are imported when a command asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelratchet.config import layout
from modelratchet.core.digests import digest_bytes
from modelratchet.errors import ConfigError
from modelratchet.storage.files import write_bytes
from modelratchet.storage.only_one import only_one
from modelratchet.usecases.examine import Examination
from modelratchet.usecases.ports.pipeline import PipelineRunner
from modelratchet.usecases.read_report import ReportFiles

REPORT_FILES = ReportFiles(layout.EVIDENCE, layout.VERDICT, layout.RECEIPT)
LOG = layout.STATE / "run.log"
_ONLY_RUN = layout.STATE / "run.lock"
_CHECKED = layout.STATE / "params.checked"


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


def check_params() -> None:
    """Refuse to start on faulty settings; settings that passed once are not parsed again.

    Raises:
        ConfigError: with every fault.
    """
    try:
        found = digest_bytes(layout.PARAMS.read_bytes() + _reader_stamp())
    except FileNotFoundError as error:
        raise ConfigError(
            str(layout.PARAMS), ["it is not there"], hint="Run this in the project's root folder."
        ) from error
    if _CHECKED.exists() and _CHECKED.read_text() == found:
        return
    from modelratchet.config.reading import load_params

    load_params()
    write_bytes(_CHECKED, found.encode())


def _reader_stamp() -> bytes:
    """Changes when the code that checks the settings does."""
    folder = Path(layout.__file__).parent
    return repr(sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob("*.py"))).encode()


def examinations() -> tuple[Examination, ...]:
    """What `ratchet doctor` looks at."""
    from modelratchet.adapters.machine_examinations import machine_examinations

    return machine_examinations()
