"""Where the pipeline keeps its files, relative to the project's root. `dvc.yaml` names the same paths."""

from pathlib import Path

PARAMS = Path("params.yaml")
PIPELINE_LOCK = Path("dvc.lock")
EXPECTATIONS = Path("expectations")
LOCK = Path("requirements.lock")
OWN_TESTS = Path("tests/model")
"""The data scientist's tests of the model."""

SOURCES = Path("pipeline/sources.json")
SOURCE = Path("data/source.json")
CODE = Path("data/code")
ROWS = Path("data/rows.parquet")
TRAIN = Path("data/train.parquet")
HOLDOUT = Path("data/holdout.parquet")
ESTIMATOR = Path("models/estimator.joblib")
BUNDLE = Path("models/bundle")

DATA_CHECK = Path("reports/data_check.json")
DATA_DOCS = Path("reports/data_docs")
PARITY = Path("reports/parity.json")
EVALUATION = Path("reports/evaluation.json")
METRICS = Path("reports/metrics.json")
PLOTS = Path("reports/plots")
PICTURES = Path("reports/pictures")
STANDING = Path("champion/standing.json")
REIGNING = Path("champion/reigning")
"""The champion's `bundle/`, if there is one, and `run.json`: what its run in the registry says of it."""
ANCHOR = Path("champion/anchor")
"""The anchor's `bundle/`, where it is another than the champion."""
LATENCY = Path("reports/latency.json")
MODEL_TESTS = Path("reports/model_tests.json")
COMPARISON = Path("reports/comparison.json")
EVIDENCE = Path("reports/evidence.json")
POLICY = Path("reports/policy.json")
VERDICT = Path("reports/verdict.json")
DECISION_PAGE = Path("reports/decision.md")
RECEIPT = Path("reports/receipt.json")
RETRAIN_PAGE = Path("reports/retrain.md")

CERTIFICATES = Path("certificates")

STATE = Path(".ratchet")
JOURNAL = STATE / "journal.jsonl"
