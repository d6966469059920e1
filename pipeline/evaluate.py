"""Measure the bundle's graph on the holdout, and draw what single numbers cannot show."""

from modelratchet.config.blocks import load_settings
from modelratchet.config.columns import Columns
from modelratchet.config.evaluate import Evaluate
from modelratchet.config.layout import BUNDLE, EVALUATION, HOLDOUT, METRICS, PICTURES, PLOTS
from modelratchet.config.settings import DEFAULT_SEED, Seed, Settings, TaskName
from modelratchet.config.split import Split
from modelratchet.modeling.evaluation import flat_metrics
from modelratchet.modeling.holdout import read_holdout
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import write_json, write_record
from modelratchet.wiring.judging import evaluated
from modelratchet.wiring.stage import run_stage


class Blocks(Settings):
    """What this stage reads of params.yaml; dvc.yaml names the same blocks."""

    task: TaskName
    seed: Seed = DEFAULT_SEED
    columns: Columns
    split: Split
    evaluate: Evaluate


def main() -> None:
    judged = evaluated(read_bundle(BUNDLE), read_holdout(HOLDOUT), load_settings(Blocks))
    judged.plots.write_tables(PLOTS)
    judged.plots.write_pictures(PICTURES)
    write_json(METRICS, flat_metrics(judged.evaluation))
    write_record(EVALUATION, judged.evaluation)


if __name__ == "__main__":
    run_stage("evaluate", main)
