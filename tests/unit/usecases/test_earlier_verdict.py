"""The same model in the same standing, under the same policy and rules, is judged once: the verdict that was recorded stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.adapters.pyarrow_dataset_reader import ParquetDatasetReader
from modelratchet.core.evidence import Evidence
from modelratchet.core.formats import digest_of, to_document
from modelratchet.core.gate import decide
from modelratchet.core.latency import Route, Times
from modelratchet.core.model_tests import TestOutcome
from modelratchet.core.receipt import Receipt
from modelratchet.core.verdict import Decision
from modelratchet.errors import EvidenceError
from modelratchet.storage.bundles import Bundle, make_bundle, write_bundle
from modelratchet.storage.files import read_record, write_record
from modelratchet.usecases.compose_candidate import compose_candidate
from modelratchet.usecases.read_report import ReportFiles, read_report
from modelratchet.usecases.record_candidate import CandidateFiles, Recorder, record_candidate
from tests.fakes.model_registry import FakeModelRegistry
from tests.fakes.run_addresses import FakeRunAddresses
from tests.fakes.source_control import FakeSourceControl
from tests.samples import evidence as samples
from tests.samples.candidates import LINEAGE, MODEL, bundle
from tests.samples.recordings import recording, settings

Change = Callable[[Evidence], Evidence]


def elsewhere(made: Bundle) -> Bundle:
    """The same model, made from another commit's sources."""
    return make_bundle(made.model, made.schema, replace(LINEAGE, source_digest="sha256:another"))


def measured_again(found: Evidence) -> Evidence:
    """The same findings with the times of another measurement."""
    assert found.latency is not None
    times = [replace(item, candidate=Times(0.021, 0.031)) for item in found.latency.timings]
    return replace(found, latency=replace(found.latency, timings=tuple(times)))


def unchanged(found: Evidence) -> Evidence:
    """As the first measurement was."""
    return found


def too_slow(found: Evidence) -> Evidence:
    """Measured again, on a bad day."""
    assert found.latency is not None
    timings = (samples.timing(1.2, 1.3), samples.timing(1.2, 1.3, Route.SERVER))
    return replace(found, latency=replace(found.latency, timings=timings))


def better(found: Evidence) -> Evidence:
    """A gain that nobody measured, in the same outcomes."""
    assert found.comparison is not None
    assert found.comparison.anchor is not None
    gained = replace(found.comparison.anchor, differences=(samples.difference(0.02),))
    return replace(found, comparison=replace(found.comparison, anchor=gained))


def failing(found: Evidence) -> Evidence:
    """The tests of the model were edited, and one fails."""
    assert found.model_tests is not None
    failed = samples.model_test(TestOutcome.FAILED, "assert 1 == 2")
    return replace(found, model_tests=replace(found.model_tests, tests=(failed,)))


class Registry:
    """A registry that several workspaces record in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.registry = FakeModelRegistry()
        self.recorder = Recorder(
            self.registry,
            FakeSourceControl(is_dirty=True),
            ParquetDatasetReader(),
            lambda: settings("random_forest"),
            "sqlite:///x",
            FakeRunAddresses(),
            lambda verdict: "",
        )

    def workspace(self, name: str, change: Change = lambda found: found, made: Bundle | None = None) -> CandidateFiles:
        files = recording(self.folder / name)
        evidence = change(read_record(files.evidence, Evidence))
        if made is not None:
            write_bundle(made, files.bundle)
            evidence = samples.about(evidence, made)
        write_record(files.evidence, evidence)
        write_record(files.verdict, decide(MODEL, evidence, samples.policy()))
        return files

    def record(self, files: CandidateFiles) -> bool:
        return record_candidate(files, self.recorder, compose_candidate)


def report_of(files: CandidateFiles) -> ReportFiles:
    return ReportFiles(files.evidence, files.verdict, files.receipt)


@pytest.fixture
def team(tmp_path: Path) -> Registry:
    return Registry(tmp_path)


@pytest.mark.parametrize(
    ("before", "after"), [(unchanged, measured_again), (too_slow, unchanged), (too_slow, too_slow)]
)
def test_a_second_measurement_of_the_same_model_records_nothing(team: Registry, before: Change, after: Change) -> None:
    first, second = team.workspace("first", before), team.workspace("second", after, elsewhere(bundle()))
    team.record(first)

    assert team.record(second) is True
    assert (len(team.registry.records), len(team.registry.versions)) == (1, 1)
    assert team.record(second) is False


def test_the_verdict_that_was_recorded_is_the_one_that_counts(team: Registry) -> None:
    first, second = team.workspace("first", too_slow), team.workspace("second", made=elsewhere(bundle()))
    team.record(first)
    team.record(second)

    report = read_report(report_of(second))
    assert report.verdict.decision is Decision.REJECT
    assert report.is_earlier
    assert report.verdict == read_report(report_of(first)).verdict
    assert report.verdict.digest == team.registry.records[0][0].key
    assert report.receipt is not None
    assert (report.receipt.version, report.receipt.run_id) == ("1", "run1")


@pytest.mark.parametrize("planted", [unchanged, better])
def test_no_recorded_verdict_lets_pass_what_this_run_does_not(team: Registry, planted: Change) -> None:
    """A store writer may plant evidence with right digests that the gate promotes on: times at will, a gain that makes a new anchor."""
    fresh = too_slow if planted is unchanged else unchanged
    second = team.workspace("second", fresh)
    team.record(team.workspace("planted", planted))
    team.record(second)

    report = read_report(report_of(second))
    assert not report.is_earlier
    assert report.verdict.decision is (Decision.REJECT if fresh is too_slow else Decision.PROMOTE)
    assert not report.verdict.is_superior


def test_the_first_record_stands_for_itself(team: Registry) -> None:
    first = team.workspace("first")
    team.record(first)

    assert not read_report(report_of(first)).is_earlier
    assert read_record(first.receipt, Receipt).verdict is None


def test_what_came_out_otherwise_for_another_reason_is_recorded(team: Registry) -> None:
    team.record(team.workspace("first"))
    second = team.workspace("second", failing)

    assert team.record(second) is True
    assert len(team.registry.records) == 2
    assert read_report(report_of(second)).verdict.decision is Decision.REJECT


def test_an_undecided_verdict_gives_way_to_one_that_decides(team: Registry) -> None:
    def undecided(found: Evidence) -> Evidence:
        assert found.latency is not None
        return replace(found, latency=replace(found.latency, timings=(samples.timing(holds=False),)))

    team.record(team.workspace("first", undecided))
    second = team.workspace("second")
    team.record(second)

    assert read_report(report_of(second)).verdict.decision is not Decision.INCONCLUSIVE
    assert not read_report(report_of(second)).is_earlier


@pytest.mark.parametrize("part", ["parity", "latency"])
def test_another_runtime_is_judged_anew(team: Registry, part: str) -> None:
    def of_runtime(found: Evidence) -> Evidence:
        return replace(found, **{part: replace(getattr(found, part), runtime_digest="sha256:newer")})

    team.record(team.workspace("first"))
    team.record(team.workspace("second", of_runtime))

    assert (len(team.registry.records), len(team.registry.versions)) == (2, 1)


def test_a_recorded_verdict_that_was_changed_is_not_believed(team: Registry) -> None:
    first, second = team.workspace("first", too_slow), team.workspace("second")
    team.record(first)
    stored = json.loads(first.verdict.read_text())
    stored["decision"] = "promote"
    first.verdict.write_text(json.dumps(stored, indent=2, ensure_ascii=False) + "\n")

    team.record(second)
    assert len(team.registry.records) == 2
    assert not read_report(report_of(second)).is_earlier


def test_a_forged_verdict_with_right_digests_that_the_gate_does_not_give_is_not_believed(team: Registry) -> None:
    first, second = team.workspace("first", too_slow), team.workspace("second")
    forged = replace(decide(MODEL, read_record(first.evidence, Evidence), samples.policy()), decision=Decision.PROMOTE)
    write_record(first.verdict, forged)
    team.record(first)
    assert team.registry.records[0][0].key == digest_of(forged)

    team.record(second)
    assert not read_report(report_of(second)).is_earlier


def test_a_verdict_of_another_policy_in_between_gives_the_version_back_its_own(team: Registry) -> None:
    first, third = team.workspace("first"), team.workspace("third", measured_again)
    team.record(first)
    other = team.workspace("second")
    policy = samples.policy(margin=0.02)
    write_record(other.policy, policy)
    write_record(other.verdict, decide(MODEL, read_record(other.evidence, Evidence), policy))
    team.record(other)

    assert team.record(third) is True
    assert len(team.registry.records) == 2
    assert team.registry.find(MODEL, read_report(report_of(first)).verdict.digest) is not None


def test_an_edited_receipt_is_not_taken_for_a_verdict(team: Registry) -> None:
    first, second = team.workspace("first"), team.workspace("second", measured_again)
    team.record(first)
    team.record(second)
    receipt = read_record(second.receipt, Receipt)
    evidence = {**(receipt.evidence or {}), "bundle_digest": "sha256:other"}
    write_record(second.receipt, replace(receipt, evidence=evidence))

    with pytest.raises(EvidenceError, match="was changed by hand"):
        read_report(report_of(second))
    assert team.record(second) is True
    assert read_report(report_of(second)).is_earlier


def test_a_verdict_on_another_model_in_the_receipt_is_not_taken_for_this_ones(team: Registry) -> None:
    first, second = team.workspace("first"), team.workspace("second", failing)
    team.record(first)
    team.record(second)
    stolen = {"verdict": json.loads(first.verdict.read_text()), "evidence": json.loads(first.evidence.read_text())}
    write_record(second.receipt, replace(read_record(second.receipt, Receipt), **stolen))

    with pytest.raises(EvidenceError, match="does not stand for this run's"):
        read_report(report_of(second))
    team.record(second)
    assert read_report(report_of(second)).verdict.decision is Decision.REJECT


def test_the_documents_in_the_receipt_are_the_recorded_ones_to_the_byte(team: Registry) -> None:
    first, second = team.workspace("first"), team.workspace("second", measured_again)
    team.record(first)
    team.record(second)

    receipt = read_record(second.receipt, Receipt)
    assert receipt.verdict == json.loads(first.verdict.read_text())
    assert to_document(read_report(report_of(second)).verdict) == receipt.verdict
