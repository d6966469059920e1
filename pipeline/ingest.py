"""Read rows from the source and keep the named columns."""

from modelratchet.config.blocks import load_settings
from modelratchet.config.columns import Columns
from modelratchet.config.ingest import Ingest
from modelratchet.config.layout import ROWS
from modelratchet.config.settings import Settings, TaskName
from modelratchet.modeling.tables import write_table
from modelratchet.wiring.data import ingested
from modelratchet.wiring.stage import run_stage


class Blocks(Settings):
    """What this stage reads of params.yaml; dvc.yaml names the same blocks."""

    task: TaskName
    ingest: Ingest
    columns: Columns


def main() -> None:
    write_table(ROWS, ingested(load_settings(Blocks)))


if __name__ == "__main__":
    run_stage("ingest", main)
