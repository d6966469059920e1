"""Bring the reigning model's bundle from the registry. Runs on every `dvc repro`, and writes only what changed."""

from modelratchet.config.layout import CHAMPION, CHAMPION_BUNDLE
from modelratchet.usecases.fetch_champion import fetch_champion
from modelratchet.wiring.registry import model_name, registry
from modelratchet.wiring.stage import run_stage


def main() -> bool:
    return fetch_champion(registry(), model_name(), CHAMPION, CHAMPION_BUNDLE)


if __name__ == "__main__":
    run_stage("fetch_champion", main)
