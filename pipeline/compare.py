"""Score candidate, champion and anchor on today's holdout."""

from modelratchet.config.blocks import load_settings
from modelratchet.config.compare import Compare
from modelratchet.config.evaluate import Evaluate
from modelratchet.config.layout import BUNDLE, COMPARISON, HOLDOUT
from modelratchet.config.settings import DEFAULT_SEED, Seed, Settings
from modelratchet.modeling.holdout import read_holdout
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import write_record
from modelratchet.wiring.comparing import compared
from modelratchet.wiring.stage import run_stage


class Blocks(Settings):
    """What this stage reads of params.yaml; dvc.yaml names the same blocks."""

    seed: Seed = DEFAULT_SEED
    evaluate: Evaluate
    compare: Compare = Compare()


def main() -> None:
    write_record(COMPARISON, compared(read_bundle(BUNDLE), read_holdout(HOLDOUT), load_settings(Blocks)))


if __name__ == "__main__":
    run_stage("compare", main)
