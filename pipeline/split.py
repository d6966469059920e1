"""Part the rows into training and holdout."""

from modelratchet.config.layout import HOLDOUT, ROWS, TRAIN
from modelratchet.config.reading import load_params
from modelratchet.modeling.tables import read_table, write_table
from modelratchet.wiring.data import divided
from modelratchet.wiring.stage import run_stage


def main() -> None:
    sides = divided(read_table(ROWS), load_params())
    write_table(TRAIN, sides.train)
    write_table(HOLDOUT, sides.holdout)


if __name__ == "__main__":
    run_stage("split", main)
