"""Fit the estimator that `params.yaml` names on the training rows."""

from modelratchet.config.layout import ESTIMATOR, TRAIN
from modelratchet.config.reading import load_params
from modelratchet.modeling.tables import read_table
from modelratchet.modeling.training import train, write_trained
from modelratchet.wiring.modeling import column_plan, estimator_of
from modelratchet.wiring.stage import run_stage


def main() -> None:
    from pipeline import project  # here, so that what is wrong in it ends this stage as any other error of it does

    params = load_params()
    trained = train(estimator_of(params, project), read_table(TRAIN), column_plan(params))
    write_trained(ESTIMATOR, trained)


if __name__ == "__main__":
    run_stage("train", main)
