"""Ask the ledger who reigns, and bring champion and anchor here. Runs on every `dvc repro`, and writes only what changed."""

from modelratchet.usecases.fetch_champion import fetch_champion
from modelratchet.wiring.ledger import STANDING_FILES, throne
from modelratchet.wiring.registry import model_name
from modelratchet.wiring.stage import run_stage


def main() -> bool:
    return fetch_champion(throne(), model_name(), STANDING_FILES)


if __name__ == "__main__":
    run_stage("fetch_champion", main)
