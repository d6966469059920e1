"""Hold the rows against the expectations. The outcome and its pages are written even when it stops the pipeline."""

from modelratchet.config.blocks import load_settings
from modelratchet.config.check_data import CheckData
from modelratchet.config.columns import Columns
from modelratchet.config.layout import DATA_CHECK, ROWS
from modelratchet.config.settings import Settings, TaskName
from modelratchet.storage.files import digest_file, write_record
from modelratchet.wiring.data_checking import data_checker, refuse_bad
from modelratchet.wiring.stage import run_stage


class Blocks(Settings):
    """What this stage reads of params.yaml; dvc.yaml names the same blocks."""

    task: TaskName
    columns: Columns
    check_data: CheckData = CheckData()


def main() -> None:
    check = data_checker(load_settings(Blocks)).check(ROWS, digest_file(ROWS))
    write_record(DATA_CHECK, check)
    refuse_bad(check)


if __name__ == "__main__":
    run_stage("check_data", main)
