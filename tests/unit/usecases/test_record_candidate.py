"""Recording is done once a verdict, and says everything that two runs are compared by."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.adapters.pyarrow_dataset_reader import ParquetDatasetReader
from modelratchet.core.flattening import flat_params
from modelratchet.core.receipt import Receipt
from modelratchet.core.run_facts import RunFacts
from modelratchet.core.verdict import Verdict
from modelratchet.errors import EvidenceError, TrackingError
from modelratchet.storage.bundles import write_bundle
from modelratchet.storage.files import read_record, write_record
from modelratchet.usecases.compose_candidate import compose_candidate
from modelratchet.usecases.ports.registry import CandidateRecord, RunPages
from modelratchet.usecases.record_candidate import CandidateFiles, Recorder, record_candidate
from tests.fakes.model_registry import FakeModelRegistry
from tests.fakes.run_addresses import FakeRunAddresses
from tests.fakes.source_control import FakeSourceControl
from tests.samples.candidates import bundle
from tests.samples.evidence import policy
from tests.samples.recordings import recording, settings


@pytest.fixture
def files(tmp_path: Path) -> CandidateFiles:
    return recording(tmp_path)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder(
        FakeModelRegistry(),
        FakeSourceControl(is_dirty=True),
        ParquetDatasetReader(),
        lambda: settings("random_forest"),
        "sqlite:///x",
        FakeRunAddresses(),
        lambda verdict: "",
    )


def recorded(files: CandidateFiles, recorder: Recorder) -> CandidateRecord:
    record_candidate(files, recorder, compose_candidate)
    registry = recorder.registry
    assert isinstance(registry, FakeModelRegistry)
    return registry.records[-1][0]


def test_the_receipt_says_where_the_verdict_went(files: CandidateFiles, recorder: Recorder) -> None:
    assert record_candidate(files, recorder, compose_candidate) is True

    receipt = read_record(files.receipt, Receipt)
    assert (receipt.model, receipt.version, receipt.run_id, receipt.experiment_id) == ("flights-late", "1", "run1", "1")


def test_a_second_call_has_nothing_to_do(files: CandidateFiles, recorder: Recorder) -> None:
    record_candidate(files, recorder, compose_candidate)

    assert record_candidate(files, recorder, pytest.fail) is False


def test_a_lost_receipt_is_written_again_without_a_second_version(files: CandidateFiles, recorder: Recorder) -> None:
    record_candidate(files, recorder, compose_candidate)
    files.receipt.unlink()

    assert record_candidate(files, recorder, compose_candidate) is True
    assert read_record(files.receipt, Receipt).version == "1"


def test_the_champions_own_bundle_is_not_recorded_again(files: CandidateFiles, recorder: Recorder) -> None:
    registry = recorder.registry
    assert isinstance(registry, FakeModelRegistry)
    record_candidate(files, recorder, compose_candidate)
    verdict = replace(read_record(files.verdict, Verdict), champion_version="1")
    write_record(files.verdict, verdict)

    assert record_candidate(files, recorder, compose_candidate) is True
    assert (len(registry.records), read_record(files.receipt, Receipt).version) == (1, "1")
    assert read_record(files.receipt, Receipt).key == verdict.digest
    assert record_candidate(files, recorder, compose_candidate) is False


def clean(recorder: Recorder, commit: str, **changes: object) -> Recorder:
    """The same desk in front of a checkout that differs from its commit in nothing."""
    source_control = FakeSourceControl(commit, is_dirty=False)
    source_control.found = replace(source_control.found, **changes)  # type: ignore[arg-type]
    return replace(recorder, source_control=source_control)


def named_commit(recorder: Recorder) -> str:
    version = recorder.registry.version("flights-late", "1")
    assert version is not None
    return version.commit


def test_version_that_was_made_before_its_sources_were_committed_gets_their_commit(
    files: CandidateFiles, recorder: Recorder
) -> None:
    record_candidate(files, recorder, compose_candidate)
    committed = clean(recorder, "c" * 40)

    assert named_commit(recorder) == ""
    assert record_candidate(files, committed, pytest.fail) is True
    assert record_candidate(files, committed, pytest.fail) is False
    assert named_commit(recorder) == "c" * 40


def test_commit_of_a_merge_that_was_only_tried_gives_way_to_the_one_on_the_branch(
    files: CandidateFiles, recorder: Recorder
) -> None:
    record_candidate(files, clean(recorder, "a" * 40, is_detached=True), compose_candidate)
    before = named_commit(recorder)
    record_candidate(files, clean(recorder, "b" * 40, is_detached=True), pytest.fail)

    assert (before, named_commit(recorder)) == ("a" * 40, "a" * 40)
    assert record_candidate(files, clean(recorder, "c" * 40), pytest.fail) is True
    assert named_commit(recorder) == "c" * 40


def test_commit_that_the_branch_still_has_stays_named(files: CandidateFiles, recorder: Recorder) -> None:
    record_candidate(files, clean(recorder, "a" * 40), compose_candidate)
    later = clean(recorder, "b" * 40)
    assert isinstance(later.source_control, FakeSourceControl)
    later.source_control.history.add("a" * 40)

    assert record_candidate(files, later, pytest.fail) is False
    assert named_commit(recorder) == "a" * 40


def test_a_registry_that_is_down_leaves_no_receipt(files: CandidateFiles, recorder: Recorder) -> None:
    recorder.registry.is_down = True  # type: ignore[attr-defined]

    with pytest.raises(TrackingError):
        record_candidate(files, recorder, compose_candidate)
    assert not files.receipt.exists()


def test_a_bundle_that_is_not_the_one_decided_on_is_refused(files: CandidateFiles, recorder: Recorder) -> None:
    write_bundle(bundle(0.9), files.bundle)

    with pytest.raises(EvidenceError, match="another model"):
        record_candidate(files, recorder, compose_candidate)


def test_the_primary_metric_comes_first_and_slices_have_names_mlflow_takes(
    files: CandidateFiles, recorder: Recorder
) -> None:
    metrics = recorded(files, recorder).metrics

    assert list(metrics)[:3] == ["roc_auc", "roc_auc.low", "roc_auc.high"]
    assert metrics["slice.carrier.B_6.roc_auc"] == pytest.approx(0.70)
    assert metrics["latency.p50_ms"] == 0.02
    assert metrics["parity.changed_labels"] == 0


def test_tags_say_where_the_candidate_comes_from(files: CandidateFiles, recorder: Recorder) -> None:
    made = recorded(files, recorder)
    tags, verdict = made.tags, made.verdict_tags

    assert (verdict["ratchet.verdict"], tags["git.dirty"], verdict["ratchet.champion"]) == (
        "promote",
        "yes",
        "version 3",
    )
    assert {"digest.data", "digest.lock", "digest.params", "digest.holdout", "git.commit", "git.branch"} <= set(tags)


def test_datasets_carry_our_digest_and_the_example_has_features_only(files: CandidateFiles, recorder: Recorder) -> None:
    made = recorded(files, recorder)

    assert [(item.name, item.role, item.n_rows) for item in made.datasets] == [
        ("train", "training", 3),
        ("holdout", "holdout", 2),
    ]
    assert made.example[1] == {"hour": 6.0, "temp": None, "carrier": "UA"}


def test_the_run_is_named_by_estimator_commit_and_bundle(files: CandidateFiles, recorder: Recorder) -> None:
    digest = json.loads(files.verdict.read_text())["bundle_digest"]

    assert recorded(files, recorder).run_name == f"random_forest 1234567+ {digest[7:14]}"


def test_only_the_chosen_estimators_options_are_params() -> None:
    params = flat_params(settings("random_forest"))

    assert params["train.random_forest.max_depth"] == "12"
    assert not any(name.startswith("train.logistic_regression") for name in params)
    assert params["evaluate.slices"] == "carrier"
    assert "split.holdout_share" not in params


def shown(files: CandidateFiles, recorder: Recorder) -> RunPages:
    record_candidate(files, recorder, compose_candidate)
    registry = recorder.registry
    assert isinstance(registry, FakeModelRegistry)
    return registry.pages["run1"]


def test_the_note_links_within_the_registry_and_the_files_from_anywhere(tmp_path: Path, recorder: Recorder) -> None:
    champion = RunFacts("7", "run-7", "1", {"train.estimator": "logistic_regression"}, {"git.commit": "old"}, ())

    pages = shown(recording(tmp_path, champion=champion), recorder)

    assert "(#/run1/run-7)" in pages.note
    assert "(https://runs.example/run1/run-7)" in pages.files["decision.md"]
    assert 'href="https://runs.example/run1/run-7"' in pages.files["decision.html"]
    assert json.loads(pages.files["decision.json"])["format"] == "modelratchet/decision-page"


def test_the_page_says_what_changed_since_the_champion(tmp_path: Path, recorder: Recorder) -> None:
    champion = RunFacts("7", "run-7", "1", {"train.estimator": "logistic_regression"}, {"git.commit": "old"}, ())

    pages = shown(recording(tmp_path, champion=champion), recorder)

    assert "| param train.estimator | logistic_regression | random_forest |" in pages.files["decision.md"]
    assert "| commit | `old` | `1234567890ab and changes not committed` |" in pages.files["decision.md"]
    assert "https://git.example/flights/commit/1234567890abcdef" in pages.note


def test_an_override_of_the_bundle_is_on_every_page(files: CandidateFiles, recorder: Recorder) -> None:
    pages = shown(files, replace(recorder, overrides=lambda verdict: f"ann forced {verdict.model}"))

    assert "ann forced flights-late" in pages.note
    assert "ann forced flights-late" in pages.files["decision.html"]


def test_a_policy_that_is_not_the_verdicts_is_refused(files: CandidateFiles, recorder: Recorder) -> None:
    write_record(files.policy, policy(margin=0.5))

    with pytest.raises(EvidenceError, match="not the policy"):
        record_candidate(files, recorder, compose_candidate)
