"""Fit the estimator that `params.yaml` names on the training rows."""

from modelratchet.config.blocks import load_settings
from modelratchet.config.columns import Columns
from modelratchet.config.layout import ESTIMATOR, TRAIN
from modelratchet.config.settings import DEFAULT_SEED, Seed, Settings, TaskName
from modelratchet.config.train import Train
from modelratchet.modeling.tables import read_table
from modelratchet.modeling.training import train, write_trained
from modelratchet.wiring.columns import column_plan
from modelratchet.wiring.fitting import estimator_of
from modelratchet.wiring.stage import run_stage


class Blocks(Settings):
    """What this stage reads of params.yaml; dvc.yaml names the same blocks."""

    task: TaskName
    seed: Seed = DEFAULT_SEED
    columns: Columns
    train: Train


def main() -> None:
    from pipeline import project  # here, so that what is wrong in it ends this stage as any other error of it does

    settings = load_settings(Blocks)
    trained = train(estimator_of(settings, project), read_table(TRAIN), column_plan(settings))
    write_trained(ESTIMATOR, trained)


if __name__ == "__main__":
    run_stage("train", main)
