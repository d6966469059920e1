"""Compare the estimator with the bundle's graph: on held-out rows, on missing values, around every tree threshold."""

from modelratchet.config.layout import BUNDLE, ESTIMATOR, HOLDOUT, PARITY
from modelratchet.config.reading import load_params
from modelratchet.modeling.parity import ParityOptions, check_parity
from modelratchet.modeling.tables import read_table
from modelratchet.modeling.training import read_trained
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import write_record
from modelratchet.wiring.stage import run_stage


def main() -> None:
    params = load_params()
    options = ParityOptions(params.parity.tolerance, params.parity.fuzz_rows, params.seed)
    pipeline = read_trained(ESTIMATOR).pipeline
    write_record(PARITY, check_parity(pipeline, read_bundle(BUNDLE), read_table(HOLDOUT), options))


if __name__ == "__main__":
    run_stage("check_parity", main)
