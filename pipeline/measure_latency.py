"""Time the bundle against the champion's, in process and through real servers, and note what a server with it takes."""

from modelratchet.config.layout import BUNDLE, HOLDOUT, LATENCY, REIGNING
from modelratchet.config.reading import load_params
from modelratchet.core.manifest import BUNDLE_FOLDER
from modelratchet.modeling.holdout import read_holdout
from modelratchet.storage.files import write_record
from modelratchet.wiring.stage import run_stage
from modelratchet.wiring.timing import timed


def main() -> None:
    write_record(LATENCY, timed(BUNDLE, REIGNING / BUNDLE_FOLDER, read_holdout(HOLDOUT), load_params()))


if __name__ == "__main__":
    run_stage("measure_latency", main)
