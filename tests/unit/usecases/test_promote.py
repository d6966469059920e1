"""A verdict promotes while everything it rests on still stands; each thing that does not fit is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from modelratchet.core.evidence import Evidence
from modelratchet.core.gate import decide
from modelratchet.core.ledger import EventKind
from modelratchet.core.standing import NOBODY
from modelratchet.core.verdict import Decision, Verdict
from modelratchet.errors import (
    EvidenceError,
    ExitCode,
    MissingEvidenceError,
    RatchetError,
    RejectedError,
    TrackingError,
)
from modelratchet.storage.bundles import make_bundle, write_bundle
from modelratchet.storage.files import read_record, write_record
from modelratchet.usecases.promote import PromotionFiles, promote
from tests.fakes.certificates import FakeCertificates
from tests.fakes.ledger import FakeLedger
from tests.fakes.model_registry import FakeModelRegistry
from tests.samples import evidence as samples
from tests.samples.candidates import LINEAGE, MODEL, bundle
from tests.samples.workshops import Workshop, rewritten


def refused(shop: Workshop, files: PromotionFiles, kind: type[RatchetError], code: ExitCode, said: str) -> RatchetError:
    """The error, once it is sure that nothing was written."""
    before = shop.desk.reader.ledger.read(MODEL)
    with pytest.raises(kind, match=said) as caught:
        shop.promote(files)
    assert shop.desk.reader.ledger.read(MODEL) == before
    assert caught.value.exit_code is code
    return caught.value


def test_a_promoted_candidate_reigns_with_all_that_proves_it(
    shop: Workshop, ledger: FakeLedger, certificates: FakeCertificates
) -> None:
    files = shop.judged(0.1)
    verdict = read_record(files.report.verdict, Verdict)

    written = shop.promote(files)

    event = written.event
    assert (event.kind, event.version, event.bundle_digest) == (EventKind.PROMOTED, "1", verdict.bundle_digest)
    assert (event.verdict_digest, event.evidence_digest) == (verdict.digest, verdict.evidence_digest)
    assert (event.policy_digest, event.holdout_digest) == (verdict.policy_digest, samples.HOLDOUT)
    assert (ledger.shown[MODEL].champion, ledger.shown[MODEL].counter) == ("1", 1)
    assert certificates.events == [event]


def test_one_champion_follows_the_other_and_the_anchor_stays(shop: Workshop) -> None:
    shop.promoted(0.1)
    written = shop.promoted(0.2)

    assert (written.state.champion.version, written.state.anchor.version, written.state.counter) == ("2", "1", 2)


def test_the_reigning_champion_is_done_already(shop: Workshop) -> None:
    files = shop.judged(0.1)
    first = shop.promote(files)

    again = shop.promote(files)

    assert (again.is_new, again.event) == (False, first.event)
    assert len(shop.history.accepted) == 1


def test_a_champion_whose_alias_was_lost_gets_it_back(shop: Workshop, ledger: FakeLedger) -> None:
    files = shop.judged(0.1)
    shop.promote(files)
    ledger.shown.clear()

    assert shop.promote(files).completion.has_projected
    assert ledger.shown[MODEL].champion == "1"


def test_a_rejected_candidate_is_refused_with_the_reasons(shop: Workshop) -> None:
    files = shop.judged(0.1, lambda found: replace(found, parity=replace(found.parity, parts=())))  # type: ignore[type-var]

    error = refused(shop, files, RejectedError, ExitCode.REJECTED, "the verdict is (inconclusive|reject): ")
    assert "ratchet gate explain" in error.hint


def test_no_verdict_yet_is_missing_evidence(shop: Workshop) -> None:
    files = shop.judged(0.1)
    files.report.verdict.unlink()

    refused(shop, files, MissingEvidenceError, ExitCode.EVIDENCE, "is not there")


def test_another_bundle_than_the_judged_is_refused(shop: Workshop) -> None:
    files = shop.judged(0.1)
    write_bundle(bundle(0.9), files.bundle)

    refused(shop, files, EvidenceError, ExitCode.EVIDENCE, "is about sha256")


def test_evidence_edited_by_hand_is_refused(shop: Workshop) -> None:
    files = shop.judged(0.1)
    found = read_record(files.report.evidence, Evidence)
    write_record(files.report.evidence, replace(found, data_check=None))

    refused(shop, files, EvidenceError, ExitCode.EVIDENCE, "is not the evidence")


def test_a_verdict_turned_by_hand_is_refused(shop: Workshop) -> None:
    files = shop.judged(0.1, lambda found: replace(found, parity=None))
    rewritten(files, decision=Decision.PROMOTE)

    refused(shop, files, EvidenceError, ExitCode.EVIDENCE, "the gate does not give this verdict")


def test_a_policy_that_was_changed_since_is_refused(shop: Workshop) -> None:
    files = shop.judged(0.1)

    with pytest.raises(EvidenceError, match="another policy today") as caught:
        promote(shop.desk, files, samples.policy(margin=0.5))
    assert "ratchet run" in caught.value.hint


def test_a_verdict_that_was_never_recorded_is_refused(shop: Workshop, registry: FakeModelRegistry) -> None:
    files = shop.judged(0.1)
    registry.verdicts[MODEL, "1"] = "sha256:of another judgement"

    refused(shop, files, MissingEvidenceError, ExitCode.EVIDENCE, "holds no version of flights-late with this verdict")


def test_a_registry_with_other_bytes_is_refused(shop: Workshop, registry: FakeModelRegistry) -> None:
    files = shop.judged(0.1)
    registry.bundles[MODEL, "1"] = bundle(0.9)

    refused(shop, files, EvidenceError, ExitCode.EVIDENCE, "holds sha256")


def test_a_verdict_against_one_who_no_longer_reigns_is_refused(shop: Workshop) -> None:
    early, late = shop.judged(0.1), shop.judged(0.2)
    shop.promote(late)

    error = refused(shop, early, EvidenceError, ExitCode.EVIDENCE, "champion nobody.*champion 2")
    assert "Compare again: run `ratchet run`" in error.hint


def _without_anchor(found: Evidence) -> Evidence:
    assert found.comparison is not None
    standing = replace(found.comparison.standing, anchor=NOBODY)
    return replace(found, comparison=replace(found.comparison, standing=standing))


def _without_champion(found: Evidence) -> Evidence:
    alone = _without_anchor(found).comparison
    assert alone is not None
    standing = replace(alone.standing, champion=NOBODY)
    return replace(found, comparison=replace(alone, standing=standing, champion=None))


@pytest.mark.parametrize(("change", "role"), [(_without_champion, "champion"), (_without_anchor, "anchor")])
def test_evidence_on_another_than_the_ledger_names_is_refused_though_the_head_fits(
    shop: Workshop, change: Callable[[Evidence], Evidence], role: str
) -> None:
    shop.promoted(0.1)
    files = shop.judged(0.2, change)

    refused(shop, files, EvidenceError, ExitCode.EVIDENCE, f"compares with {role} nobody, and the ledger names 1")


def test_a_candidate_that_others_were_judged_before_is_refused(shop: Workshop, registry: FakeModelRegistry) -> None:
    files = shop.judged(0.1)
    shop.judged(0.2)
    registry.records.reverse()  # the other one's run started earlier, and was recorded later

    refused(shop, files, EvidenceError, ExitCode.EVIDENCE, "candidate 2 on the holdout, and was judged as candidate 1")


def test_the_anchors_budget_is_counted_too(shop: Workshop, registry: FakeModelRegistry) -> None:
    shop.promoted(0.1)
    files = shop.judged(0.2)
    for made, _ in registry.records:
        made.verdict_tags.pop("ratchet.holdout_digest")  # type: ignore[attr-defined]
    shop.judged(0.3)
    registry.records.reverse()

    refused(shop, files, EvidenceError, ExitCode.EVIDENCE, "candidate 2 on the anchor, and was judged as candidate 1")


def test_of_two_promoters_the_later_is_told_who_was_first(shop: Workshop, ledger: FakeLedger) -> None:
    ours, theirs = shop.judged(0.1), shop.judged(0.2)
    ledger.before_append = lambda: shop.promote(theirs) and None

    with pytest.raises(EvidenceError, match="version 2 of flights-late was promoted by ann at") as caught:
        shop.promote(ours)
    assert (shop.state.champion.version, ledger.shown[MODEL].champion) == ("2", "2")
    assert [item.event.version for item in shop.history.void] == ["1"]
    assert "ratchet run" in caught.value.hint


def test_a_lost_reply_is_a_promotion_all_the_same(shop: Workshop, ledger: FakeLedger) -> None:
    files = shop.judged(0.1)
    ledger.loses_replies = True

    assert shop.promote(files).is_new
    assert shop.state.champion.version == "1"


def test_a_lost_request_changes_nothing_and_may_be_repeated(shop: Workshop, ledger: FakeLedger) -> None:
    files = shop.judged(0.1)
    ledger.loses_requests = True

    refused(shop, files, TrackingError, ExitCode.OUTSIDE, "did not answer")
    ledger.loses_requests = False
    assert shop.promote(files).is_new


def test_a_store_that_goes_away_after_the_append_leaves_it_to_the_next_call(shop: Workshop, ledger: FakeLedger) -> None:
    files = shop.judged(0.1)
    ledger.loses_replies = True
    append = ledger.append

    def append_and_go(event: object) -> None:
        try:
            append(event)  # type: ignore[arg-type]
        finally:
            ledger.is_down = True

    ledger.append = append_and_go  # type: ignore[method-assign]
    with pytest.raises(TrackingError, match=r"whether the event .* was stored is not known") as caught:
        shop.promote(files)
    assert "same command again" in caught.value.hint
    ledger.is_down = False

    again = shop.promote(files)
    assert (again.is_new, again.state.champion.version) == (False, "1")


@pytest.mark.parametrize("part", ["alias", "certificate"])
def test_a_promotion_that_could_not_be_completed_says_so_and_stands(
    shop: Workshop, ledger: FakeLedger, certificates: FakeCertificates, part: str
) -> None:
    files = shop.judged(0.1)
    ledger.cannot_project, certificates.is_down = part == "alias", part == "certificate"

    with pytest.raises(
        TrackingError, match="says that 1 reigns, but alias, tags or certificate may be missing"
    ) as caught:
        shop.promote(files)

    assert "ratchet reconcile" in caught.value.hint
    assert shop.state.champion.version == "1"


def test_a_registry_that_is_down_is_an_outside_error(shop: Workshop, ledger: FakeLedger) -> None:
    files = shop.judged(0.1)
    ledger.is_down = True

    with pytest.raises(TrackingError) as caught:
        shop.promote(files)
    assert caught.value.exit_code is ExitCode.OUTSIDE


def test_the_same_model_in_another_bundle_is_promoted_as_the_registry_has_it(shop: Workshop) -> None:
    files = shop.judged(0.1)
    made = bundle(0.1)
    write_bundle(make_bundle(made.model, made.schema, replace(LINEAGE, source_digest="sha256:another")), files.bundle)

    event = shop.promote(files).event

    assert (event.version, event.bundle_digest, event.model_digest) == ("1", made.digest, made.model_digest)


def test_the_champions_own_model_in_another_bundle_reigns_already(shop: Workshop) -> None:
    first = shop.promoted(0.1)
    made = bundle(0.1)
    other = make_bundle(made.model, made.schema, replace(LINEAGE, source_digest="sha256:another"))
    files, _ = shop.decided(0.1)
    write_bundle(other, files.bundle)
    found = samples.about(read_record(files.report.evidence, Evidence), other)
    write_record(files.report.evidence, found)
    write_record(files.report.verdict, decide(MODEL, found, samples.policy()))

    again = shop.promote(files)

    assert (again.is_new, again.event) == (False, first.event)


def test_a_version_whose_tags_were_moved_to_another_model_is_not_promoted(
    shop: Workshop, registry: FakeModelRegistry
) -> None:
    """A store writer gives a bad version the good one's tags: what it holds is read back."""
    shop.judged(0.7)
    files = shop.judged(0.1)
    good, key = bundle(0.1), read_record(files.report.verdict, Verdict).digest
    bad = registry.versions[MODEL, "1"]
    registry.versions[MODEL, "1"] = replace(bad, model_digest=good.model_digest)
    registry.verdicts[MODEL, "1"] = key

    refused(shop, files, EvidenceError, ExitCode.EVIDENCE, "version 1 holds model")
