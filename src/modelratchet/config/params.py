"""All of `params.yaml`: one block a stage, so that DVC reruns only what an edit touches.

Unknown keys are refused. The classes of the blocks, a module each, are the reference for every key; `ratchet params` prints them as a JSON
schema. A stage reads its own blocks by `config.blocks`; only the command line, `decide`, `record` and the guard in `watch_source` read all of it,
by `config.reading`.
"""

from __future__ import annotations

from modelratchet.config.check_data import CheckData
from modelratchet.config.columns import Columns
from modelratchet.config.compare import Compare
from modelratchet.config.evaluate import Evaluate
from modelratchet.config.gate_params import Gate
from modelratchet.config.ingest import Ingest
from modelratchet.config.latency import Latency
from modelratchet.config.parity import Parity
from modelratchet.config.promotion import Promotion
from modelratchet.config.retraining import Retrain
from modelratchet.config.serving import Serving
from modelratchet.config.settings import DEFAULT_SEED, ModelName, Seed, Settings, TaskName
from modelratchet.config.split import Split
from modelratchet.config.train import Train


class Params(Settings):
    """All of `params.yaml`."""

    model: ModelName
    task: TaskName
    seed: Seed = DEFAULT_SEED
    ingest: Ingest
    columns: Columns
    check_data: CheckData = CheckData()
    split: Split
    train: Train
    evaluate: Evaluate
    parity: Parity = Parity()
    compare: Compare = Compare()
    latency: Latency = Latency()
    promotion: Promotion = Promotion()
    retrain: Retrain = Retrain()
    serving: Serving = Serving()
    gate: Gate
