"""Files that release 0.1 wrote, read by today's code. The digests are those of that release: they must never change, and neither may these files."""

from __future__ import annotations

import shutil
import typing
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from modelratchet.adapters.ecdsa_keys import EcdsaVerifier
from modelratchet.adapters.model_signing_signer import ModelSigningVerifier
from modelratchet.adapters.pyarrow_prediction_log import read_feedback, read_log
from modelratchet.core.certificate import decode_certificate
from modelratchet.core.comparison import Comparison
from modelratchet.core.dsse import decode_envelope, decode_statement, signed_bytes
from modelratchet.core.evidence import Evidence
from modelratchet.core.folding import fold
from modelratchet.core.image_statements import image_record
from modelratchet.core.latency import LatencyReport
from modelratchet.core.model_tests import ModelTests
from modelratchet.core.page.reading import page_of_json
from modelratchet.core.policy import Policy
from modelratchet.core.receipt import Receipt
from modelratchet.core.reports import Named, parse_named_report
from modelratchet.core.run_facts import RunFacts
from modelratchet.core.standing import Standing
from modelratchet.core.verdict import Decision, Outcome, Verdict
from modelratchet.errors import EvidenceError
from modelratchet.serving.settings import Deployment
from modelratchet.storage.bundles import read_bundle
from modelratchet.storage.files import read_json, read_record
from modelratchet.storage.settings_move import SettingsMove
from modelratchet.usecases.exported_registry import ExportedRegistry
from tests.released.loading import RELEASE_0_1
from tests.released.written_0_1 import (
    ANCHOR_BUNDLE,
    BUNDLE,
    EVENTS,
    EVER,
    EVIDENCE,
    HEAD,
    HOLDOUT,
    MODEL,
    POLICY,
    VERDICT,
)

REPORTS = RELEASE_0_1 / "reports"


class Golden(NamedTuple):
    """A file, the record that reads it, and some of what it says."""

    path: str
    record: Any
    facts: dict[str, Any]


def part(name: str) -> Any:
    """The record of a part of the evidence, wherever it is defined."""
    return typing.get_args(typing.get_type_hints(Evidence)[name])[0]


GOLDEN = [
    Golden("reports/data_check.json", part("data_check"), {"n_rows": 2500, "n_expectations": 35}),
    Golden("reports/evaluation.json", part("evaluation"), {"holdout_digest": HOLDOUT, "primary": "roc_auc"}),
    Golden("reports/parity.json", part("parity"), {"bundle_digest": BUNDLE, "changed_labels": 0}),
    Golden("reports/comparison.json", Comparison, {"bundle_digest": BUNDLE}),
    Golden("reports/latency.json", LatencyReport, {"bundle_digest": BUNDLE}),
    Golden("reports/model_tests.json", ModelTests, {"bundle_digest": BUNDLE}),
    Golden("reports/evidence.json", Evidence, {"bundle_digest": BUNDLE}),
    Golden("reports/policy.json", Policy, {"margin": 0.03, "guards": {"log_loss": 0.1}, "maximum_latency_ratio": 3.0}),
    Golden("reports/verdict.json", Verdict, {"decision": Decision.PROMOTE, "holdout_look": 4, "anchor_version": "1"}),
    Golden("reports/receipt.json", Receipt, {"key": VERDICT, "model": MODEL, "version": "4"}),
    Golden("champion/standing.json", Standing, {"counter": 7, "holdout_look": 4, "holdout_digest": HOLDOUT}),
    Golden("champion/reigning/run.json", RunFacts, {"version": "2"}),
    Golden("serving.json", Deployment, {"bundle": BUNDLE, "name": MODEL, "version": "4"}),
]


@pytest.mark.parametrize("golden", GOLDEN, ids=[golden.path for golden in GOLDEN])
def test_record_is_read_and_says_what_it_said(golden: Golden) -> None:
    found = read_record(RELEASE_0_1 / golden.path, golden.record)

    assert {name: getattr(found, name) for name in golden.facts} == golden.facts


@pytest.mark.parametrize(
    ("name", "record", "digest"),
    [("verdict", Verdict, VERDICT), ("evidence", Evidence, EVIDENCE), ("policy", Policy, POLICY)],
)
def test_report_still_has_the_digest_that_it_was_known_by(name: str, record: Any, digest: str) -> None:
    path = REPORTS / f"{name}.json"

    assert parse_named_report(path.read_bytes(), digest, Named(record, str(path)))["format"] == f"modelratchet/{name}"
    with pytest.raises(EvidenceError, match="was changed"):
        parse_named_report(path.read_bytes().replace(b'"model', b'"modal', 1), digest, Named(record, str(path)))


@pytest.mark.parametrize(("folder", "digest"), [("bundle", BUNDLE), ("export/champion/bundle", BUNDLE), ("export/anchor/bundle", ANCHOR_BUNDLE)])  # fmt: skip
def test_bundle_is_read_whole_and_has_its_digest(folder: str, digest: str) -> None:
    bundle = read_bundle(RELEASE_0_1 / folder)

    assert bundle.digest == digest
    assert bundle.schema.numeric == ("weight_kg", "distance_km", "hour", "stops")
    assert bundle.schema.classes == ("no", "yes")


@pytest.mark.parametrize("written", EVENTS, ids=[f"{event.counter} {event.kind}" for event in EVENTS])
def test_certificate_is_read_and_its_signature_holds(written: Any) -> None:
    path = RELEASE_0_1 / "certificates" / f"{MODEL}-{written.counter}.json"
    found = decode_certificate(path.read_bytes(), path.name)

    ModelSigningVerifier(RELEASE_0_1 / "key.pub").verify(path)
    assert found.event_digest == found.event.digest == written.digest
    assert (found.event.kind, found.event.version) == (written.kind, written.version)
    assert found.manifest.digest == found.event.bundle_digest


def test_changed_certificate_is_refused(tmp_path: Path) -> None:
    shutil.copytree(RELEASE_0_1 / "certificates", tmp_path / "certificates")
    path = tmp_path / "certificates" / f"{MODEL}-12.json"
    path.write_bytes(path.read_bytes().replace(b'"alice"', b'"alicf"'))

    with pytest.raises(EvidenceError, match="does not sign"):
        ModelSigningVerifier(RELEASE_0_1 / "key.pub").verify(path)
    with pytest.raises(EvidenceError, match="was edited"):
        decode_certificate(path.read_bytes(), path.name)


def test_decision_page_is_read() -> None:
    path = RELEASE_0_1 / "decision.json"
    page = page_of_json(path.read_bytes(), path.name)

    assert (page.decision, page.model, page.champion_version, page.anchor_version) == ("promote", MODEL, "2", "1")
    assert Outcome.WARNING in {finding.outcome for finding in page.findings}


def test_exported_standing_folds_to_the_same_head_and_hands_over_its_bundles(tmp_path: Path) -> None:
    exported = ExportedRegistry(RELEASE_0_1 / "export")
    history = fold(MODEL, exported.read(MODEL))
    versions = [exported.version(MODEL, number) for number in ("4", "2")]

    assert (history.state.head, len(history.accepted), len(history.void)) == (HEAD, 12, 3)
    for number, version in enumerate(versions):
        assert version is not None
        exported.fetch_bundle(version, tmp_path / str(number))
    assert [read_bundle(tmp_path / name).digest for name in "01"] == [BUNDLE, ANCHOR_BUNDLE]
    assert len(exported.judged_on_holdout(MODEL, HOLDOUT)) == 4


def test_retraining_that_never_ended_is_undone(tmp_path: Path) -> None:
    folder = shutil.copytree(RELEASE_0_1 / "move", tmp_path / "move")
    move = SettingsMove(folder / "params.yaml", folder / "dvc.lock", folder / "retrain")

    assert move.is_unfinished()
    assert yaml.safe_load(move.original())["seed"] == 7
    assert move.undo()
    assert yaml.safe_load((folder / "params.yaml").read_text())["seed"] == 7


def test_statement_about_an_image_is_read_and_its_signature_holds() -> None:
    payload, (signature,) = decode_envelope((RELEASE_0_1 / "image" / "envelope.json").read_bytes())
    statement = decode_statement(payload)
    record = image_record(statement)

    assert EcdsaVerifier(RELEASE_0_1 / "key.pub").is_signed(signed_bytes(payload), signature)
    assert payload == (RELEASE_0_1 / "image" / "statement.json").read_bytes()
    assert (statement.name, record.bundle_digest) == ("registry.example/alice/parcels", BUNDLE)
    assert record.certificate is not None
    assert record.certificate.event_digest == HEAD


def test_golden_log_has_a_part_that_was_merged_away_and_two_that_were_not() -> None:
    files = sorted((RELEASE_0_1 / "log").glob("date=*/*/*.parquet"))

    assert [pq.read_metadata(path).num_rows for path in files] == [6, 2, 3, 1]
    assert [path.stem.partition("-")[2].partition("-")[2] for path in files] == [
        *["000000_000002", "000001"],
        *["000000", "000001"],
    ]


def test_prediction_log_has_every_row_once() -> None:
    found = logged_rows()

    assert sorted((row["request_id"], row["row"]) for row in found) == [
        *[("first-1", 0), ("first-1", 1), ("first-1", 2), ("first-2", 0)],
        *[(f"second-{number}", row) for number in range(3) for row in (0, 1)],
    ]
    assert {(row["version"], row["variant"]) for row in found} == {("4", "main")}
    assert "feature.region" not in found[0]
    assert {row["feature.carrier"] for row in found} == {"Corvo", "Alba", "Unseen"}


def test_logged_answers_are_those_that_were_given() -> None:
    answer = read_json(RELEASE_0_1 / "answer.json")
    first = [row for row in logged_rows() if row["request_id"] == answer["request_id"]]

    labels = {row["row"]: row["label"] for row in first}
    assert labels == {number: row["label"] for number, row in enumerate(answer["predictions"])}


def logged_rows() -> list[dict[str, Any]]:
    return pa.concat_tables(read_log(str(RELEASE_0_1 / "log"), EVER)).to_pylist()


def test_last_feedback_of_a_row_counts() -> None:
    found = read_feedback(str(RELEASE_0_1 / "log"), EVER).to_pylist()

    labels = {(row["request_id"], row["row"]): row["label"] for row in found}
    assert labels == {("first-1", 0): "yes", ("first-1", 1): "no", ("first-1", 2): "no", ("first-2", 0): "yes"}


def test_log_of_a_regression_is_read_with_its_feedback() -> None:
    log = str(RELEASE_0_1 / "log_of_numbers")

    (predictions,) = read_log(log, EVER)
    assert predictions["prediction"].to_pylist() == [10_450.0, 800.0]
    assert sorted(read_feedback(log, EVER)["label"].to_pylist()) == [801.0, 10_450.5]
