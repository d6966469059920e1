"""Record the candidate with its evidence and verdict in MLflow. Runs on every `dvc repro`, and records once."""

from modelratchet.usecases.record_candidate import record_candidate
from modelratchet.wiring.registry import candidate_files, compose, recorder
from modelratchet.wiring.stage import run_stage


def main() -> bool:
    return record_candidate(candidate_files(), recorder(), compose)


if __name__ == "__main__":
    run_stage("record", main)
