"""Joins `reproduce` to git, DVC, MLflow and onnxruntime. `ratchet reproduce` calls it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from modelratchet.adapters.dvc_pipeline_runner import DvcPipelineRunner
from modelratchet.adapters.git_checkouts import SITE_CACHE, GitCheckouts, own_sources
from modelratchet.config import layout
from modelratchet.config.reading import load_params
from modelratchet.core.agreement import Agreement
from modelratchet.core.reproduction import Reproduction
from modelratchet.errors import ConfigError
from modelratchet.storage.bundles import Bundle
from modelratchet.usecases.ports.pipeline import StageEvent
from modelratchet.usecases.reproduce import Asking, Places, Workshop, reproduce
from modelratchet.wiring.certifying import run_files, versions
from modelratchet.wiring.registry import model_name


@contextmanager
def reproduced(number: str, watch: Callable[[StageEvent], None], *, keep: bool) -> Iterator[tuple[Reproduction, Path]]:
    """Make a version again in a temporary folder, which is gone after the block unless it is to be kept.

    Raises:
        EvidenceError, TrackingError: see `usecases.reproduce`.
    """
    checkouts = GitCheckouts(Path.cwd())
    folder = Path(tempfile.mkdtemp(prefix="ratchet-reproduce-"))
    places = Places(layout.BUNDLE, layout.HOLDOUT, layout.JOURNAL)
    workshop = Workshop(versions(), run_files(), checkouts, _runner, Asking(_agreement, _tolerance), places, watch)
    try:
        yield reproduce(model_name(), number, workshop, folder), folder
    finally:
        if not keep:
            checkouts.discard(folder / "checkout")
            shutil.rmtree(folder, ignore_errors=True)


def _runner(project: Path) -> DvcPipelineRunner:
    """DVC in the checkout, whose own sources come before the installed ones."""
    site_cache = str(project / ".dvc" / "tmp" / SITE_CACHE)
    return DvcPipelineRunner(project, {"PYTHONPATH": own_sources(project), "DVC_SITE_CACHE_DIR": site_cache})


def _agreement(expected: Bundle, found: Bundle, holdout: Path) -> Agreement | None:
    from modelratchet.modeling.agreement import agreement_of
    from modelratchet.modeling.tables import read_table

    return agreement_of(expected, found, read_table(holdout)) if holdout.exists() else None


def _tolerance(project: Path) -> float:
    """That of the commit; today's where its settings are of a form that this release does not read."""
    try:
        return load_params(project / layout.PARAMS).parity.tolerance
    except ConfigError:
        return load_params().parity.tolerance
