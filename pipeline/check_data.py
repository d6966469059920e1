"""Hold the rows against the expectations. The outcome and its pages are written even when it stops the pipeline."""

from modelratchet.config.layout import DATA_CHECK, ROWS
from modelratchet.config.reading import load_params
from modelratchet.storage.files import digest_file, write_record
from modelratchet.wiring.data import data_checker, refuse_bad
from modelratchet.wiring.stage import run_stage


def main() -> None:
    check = data_checker(load_params()).check(ROWS, digest_file(ROWS))
    write_record(DATA_CHECK, check)
    refuse_bad(check)


if __name__ == "__main__":
    run_stage("check_data", main)
