"""Read rows from the source and keep the named columns."""

from modelratchet.config.layout import ROWS
from modelratchet.config.reading import load_params
from modelratchet.modeling.tables import write_table
from modelratchet.wiring.data import ingested
from modelratchet.wiring.stage import run_stage


def main() -> None:
    write_table(ROWS, ingested(load_params()))


if __name__ == "__main__":
    run_stage("ingest", main)
