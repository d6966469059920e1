"""The files that tests of a model read, written for the hand-made flights bundle: no pipeline has to run for them."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pandas as pd

from modelratchet.config.layout import BUNDLE, HOLDOUT, OWN_TESTS, PARAMS, REIGNING
from modelratchet.modeling.tables import write_table
from modelratchet.storage.bundles import write_bundle
from tests.samples.bundles import binary_bundle

SETTINGS = """
model: flights
task: binary
seed: 1
ingest: {source: project}
columns: {label: late, key: flight, numeric: [hour], categorical: [carrier]}
split: {method: hash, holdout_share: 0.3}
train: {estimator: logistic_regression}
evaluate: {primary: accuracy}
check_data: {}
parity: {}
compare: {}
latency: {}
gate: {margin: 0.01, slice_margin: 0.1, maximum_latency_ratio: 1.05}
"""
ROWS = pd.DataFrame(
    {"hour": [6.0, 11.5, 13.0, 23.0], "carrier": ["AA", "UA", "AA", "UA"], "late": ["0", "1", "0", "1"]}
)


def make_tested_project(root: Path, champion_weight: float | None = None) -> Path:
    """A candidate that says late where the hour is above 12 (11 for UA), four rows, and a champion if it has a weight."""
    write_bundle(binary_bundle(), root / BUNDLE)
    write_table(root / HOLDOUT, ROWS)
    (root / PARAMS).write_text(SETTINGS)
    if champion_weight is not None:
        write_bundle(binary_bundle(champion_weight), root / REIGNING / "bundle")
    return root


def write_own_test(root: Path, source: str, name: str = "test_own.py") -> None:
    """A file of `tests/model`."""
    path = root / OWN_TESTS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(source))
