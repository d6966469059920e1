"""Part the rows into training and holdout."""

from modelratchet.config.blocks import load_settings
from modelratchet.config.columns import Columns
from modelratchet.config.layout import HOLDOUT, ROWS, TRAIN
from modelratchet.config.settings import DEFAULT_SEED, Seed, Settings, TaskName
from modelratchet.config.split import Split
from modelratchet.modeling.tables import read_table, write_table
from modelratchet.wiring.splitting import divided
from modelratchet.wiring.stage import run_stage


class Blocks(Settings):
    """What this stage reads of params.yaml; dvc.yaml names the same blocks."""

    task: TaskName
    seed: Seed = DEFAULT_SEED
    columns: Columns
    split: Split


def main() -> None:
    sides = divided(read_table(ROWS), load_settings(Blocks))
    write_table(TRAIN, sides.train)
    write_table(HOLDOUT, sides.holdout)


if __name__ == "__main__":
    run_stage("split", main)
