"""Score candidate, champion and anchor on today's holdout."""

from modelratchet.config.layout import BUNDLE, COMPARISON, HOLDOUT
from modelratchet.config.reading import load_params
from modelratchet.modeling.holdout import read_holdout
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import write_record
from modelratchet.wiring.judging import compared
from modelratchet.wiring.stage import run_stage


def main() -> None:
    write_record(COMPARISON, compared(read_bundle(BUNDLE), read_holdout(HOLDOUT), load_params()))


if __name__ == "__main__":
    run_stage("compare", main)
