"""What a model is made of, as its manifest names it; the stage `convert` calls it."""

from __future__ import annotations

from typing import Any

from modelratchet.config.columns import Columns
from modelratchet.config.ingest import Ingest
from modelratchet.config.layout import CODE, TRAIN
from modelratchet.config.settings import DEFAULT_SEED, ModelName, Seed, Settings, TaskName
from modelratchet.config.split import Split
from modelratchet.config.train import Train
from modelratchet.core.manifest import Lineage
from modelratchet.storage.code import read_code_digests
from modelratchet.storage.lineage import lineage_of


class Blocks(Settings):
    """What shapes a model: all that the stages up to `convert` read of params.yaml. dvc.yaml names the same blocks."""

    model: ModelName
    task: TaskName
    seed: Seed = DEFAULT_SEED
    ingest: Ingest
    columns: Columns
    split: Split
    train: Train


def model_settings(settings: Settings) -> Any:
    """The settings that shape the model, as plain data.

    Args:
        settings: all of them, or those that shape it.
    """
    return settings.model_dump(mode="json", include=set(Blocks.model_fields))


def model_lineage(settings: Blocks) -> Lineage:
    """What the model is a function of: rows, settings, and the code and packages of `convert` and the stages before it, which DVC watches too."""
    return lineage_of(TRAIN, model_settings(settings), read_code_digests(CODE, "convert"))
