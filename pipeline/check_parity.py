"""Compare the estimator with the bundle's graph: on held-out rows, on missing values, around every tree threshold."""

from dataclasses import replace

from modelratchet.config.blocks import load_settings
from modelratchet.config.layout import BUNDLE, CODE, ESTIMATOR, HOLDOUT, PARITY
from modelratchet.config.parity import Parity
from modelratchet.config.settings import DEFAULT_SEED, Seed, Settings
from modelratchet.modeling.parity import ParityOptions, check_parity
from modelratchet.modeling.tables import read_table
from modelratchet.modeling.training import read_trained
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.code import runtime_digest
from modelratchet.storage.files import write_record
from modelratchet.wiring.stage import run_stage


class Blocks(Settings):
    """What this stage reads of params.yaml; dvc.yaml names the same blocks."""

    seed: Seed = DEFAULT_SEED
    parity: Parity = Parity()


def main() -> None:
    settings = load_settings(Blocks)
    options = ParityOptions(settings.parity.tolerance, settings.parity.fuzz_rows, settings.seed)
    pipeline = read_trained(ESTIMATOR).pipeline
    found = check_parity(pipeline, read_bundle(BUNDLE), read_table(HOLDOUT), options)
    write_record(PARITY, replace(found, runtime_digest=runtime_digest(CODE)))


if __name__ == "__main__":
    run_stage("check_parity", main)
