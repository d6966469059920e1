"""Joins the bundles of candidate, champion and anchor, the holdout and the settings for the stage `compare`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from modelratchet.config.compare import Compare
from modelratchet.config.evaluate import Evaluate
from modelratchet.config.layout import ANCHOR, REIGNING, STANDING
from modelratchet.core.comparison import Comparison
from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.core.standing import Champion, Standing
from modelratchet.errors import DigestError
from modelratchet.modeling.comparison import ComparisonPlan, Contender, References, compare
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.onnx_model import OnnxModel
from modelratchet.storage.bundles import Bundle, read_bundle
from modelratchet.storage.files import read_record


class CompareSettings(Protocol):
    """What `compare` reads."""

    @property
    def seed(self) -> int:
        """All that is random follows from it."""

    @property
    def evaluate(self) -> Evaluate:
        """The block."""

    @property
    def compare(self) -> Compare:
        """The block."""


def compared(bundle: Bundle, holdout: Holdout, settings: CompareSettings) -> Comparison:
    """Hold the bundle against the champion and the anchor that were fetched, if there are any.

    Raises:
        DataError, EvidenceError: see `modeling.comparison.compare`.
        DigestError: the bytes of the champion or the anchor were changed, or are another version's.
    """
    block, standing = settings.compare, read_record(STANDING, Standing)
    plan = ComparisonPlan(
        settings.evaluate.primary, settings.evaluate.slices, block.cluster, block.resamples, settings.seed
    )
    references = References(
        standing=standing,
        champion=_fetched(standing.champion, REIGNING) if standing.champion.exists else None,
        anchor=_fetched(standing.anchor, ANCHOR) if standing.has_own_anchor else None,
    )
    return replace(compare(contender_of(bundle), references, holdout, plan), model_digest=bundle.model_digest)


def contender_of(bundle: Bundle) -> Contender:
    """Load a bundle's graph."""
    return Contender(bundle.digest, bundle.schema, OnnxModel(bundle))


def _fetched(record: Champion, folder: Path) -> Contender:
    bundle = read_bundle(folder / BUNDLE_FOLDER)
    if bundle.digest != record.bundle_digest:
        raise DigestError(
            f"{folder} holds bundle {bundle.digest}, version {record.version} is {record.bundle_digest}",
            hint="Run `ratchet run`: it fetches it again.",
        )
    return contender_of(bundle)
