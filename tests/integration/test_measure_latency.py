"""The `measure_latency` stage on real bundles: a slower one is caught, and what its server takes is noted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from modelratchet.config import layout
from modelratchet.core.latency import LatencyReport, Route
from modelratchet.core.rules.latency import against_champion
from modelratchet.core.verdict import Outcome
from modelratchet.storage.bundles import Bundle, make_bundle, write_bundle
from modelratchet.storage.files import read_record
from pipeline import measure_latency
from tests.samples.bundles import LINEAGE, binary_bundle

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


def _measured(folder: Path, candidate: Bundle, champion: Bundle | None, server: bool) -> LatencyReport:
    """Run the stage in a project that has just what it reads."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["latency"] = {"rows_per_call": 1, "calls": 1000, "seconds": 30.0, "server": server}
    (folder / layout.PARAMS).write_text(yaml.safe_dump(params))
    write_bundle(candidate, folder / layout.BUNDLE)
    if champion:
        write_bundle(champion, folder / layout.REIGNING / "bundle")
    rows = pd.DataFrame({"hour": [8.0, 20.0, None] * 50, "carrier": ["UA", "AA", None] * 50})
    (folder / layout.HOLDOUT).parent.mkdir(exist_ok=True)
    rows.to_parquet(folder / layout.HOLDOUT)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        measure_latency.main()
    return read_record(folder / layout.LATENCY, LatencyReport)


def test_a_slower_bundle_is_caught(tmp_path: Path) -> None:
    report = _measured(tmp_path, binary_bundle(idle_nodes=60), binary_bundle(), server=False)
    found = {finding.subject: finding.outcome for finding in against_champion(report, 1.05)}
    assert found["in process p50"] is Outcome.FAILED


def test_a_first_bundle_is_timed_in_process_and_through_its_server(tmp_path: Path) -> None:
    report = _measured(tmp_path, binary_bundle(), None, server=True)
    assert report.server_error == ""
    assert [timing.route for timing in report.timings] == [
        Route.IN_PROCESS,
        Route.IN_PROCESS_CPU,
        Route.SERVER,
        Route.SERVER_CPU,
    ]
    assert report.champion_digest is None
    assert report.footprint.bundle_bytes > 1000
    assert report.footprint.memory_bytes is not None
    assert report.footprint.start_ms is not None


def test_a_champion_that_todays_rows_do_not_fit_is_said(tmp_path: Path) -> None:
    bundle = binary_bundle()
    columns = (replace(bundle.schema.columns[0], name="gone"), *bundle.schema.columns[1:])
    champion = make_bundle(bundle.model, replace(bundle.schema, columns=columns), LINEAGE)
    report = _measured(tmp_path, bundle, champion, server=False)
    assert "gone" in report.incomparable
    assert report.timings[0].ratios == ()
