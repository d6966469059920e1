"""Time the bundle against the champion's, in process and through real servers, and note what a server with it takes."""

from dataclasses import replace

from modelratchet.config.blocks import load_settings
from modelratchet.config.latency import Latency, LatencyLimit
from modelratchet.config.layout import BUNDLE, CODE, HOLDOUT, LATENCY, REIGNING
from modelratchet.config.settings import DEFAULT_SEED, Seed, Settings
from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.modeling.holdout import read_holdout
from modelratchet.storage.code import runtime_digest
from modelratchet.storage.files import write_record
from modelratchet.wiring.stage import run_stage
from modelratchet.wiring.timing import timed


class Blocks(Settings):
    """What this stage reads of params.yaml; dvc.yaml names the same blocks."""

    seed: Seed = DEFAULT_SEED
    latency: Latency = Latency()
    gate: LatencyLimit


def main() -> None:
    found = timed(BUNDLE, REIGNING / BUNDLE_FOLDER, read_holdout(HOLDOUT), load_settings(Blocks))
    write_record(LATENCY, replace(found, runtime_digest=runtime_digest(CODE)))


if __name__ == "__main__":
    run_stage("measure_latency", main)
