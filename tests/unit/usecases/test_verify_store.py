"""Whatever was changed in the store is found, and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from modelratchet.core.digests import canonical_json
from modelratchet.core.folding import fold
from modelratchet.core.ledger_writing import Circumstances, promoted
from modelratchet.core.reports import report_bytes
from modelratchet.core.standing import Champion
from modelratchet.core.verdict import Verdict
from modelratchet.usecases.checks import Check, Status, wrong
from modelratchet.usecases.verify_store import verify_store
from tests.fakes.signer import FakeSigner
from tests.samples.candidates import MODEL, bundle
from tests.samples.promotions import NOW, Promotions, judged, two_promotions

Change = Callable[[Promotions], None]


@pytest.fixture
def promotions(tmp_path: Path) -> Promotions:
    return two_promotions(tmp_path)


def verified(promotions: Promotions) -> tuple[Check, ...]:
    return verify_store(MODEL, promotions.store, NOW)


def test_a_store_that_nobody_touched_passes_every_check(promotions: Promotions) -> None:
    checks = verified(promotions)

    assert {item.status for item in checks} == {Status.RIGHT}
    assert len(checks) == 1 + 2 * 4 + 2


def test_a_model_that_was_never_promoted_has_nothing_wrong(promotions: Promotions) -> None:
    assert wrong(verify_store("nobody", promotions.store, NOW)) == ()


def _edit_event(promotions: Promotions) -> None:
    texts = promotions.ledger.texts[MODEL]
    texts[0] = texts[0].replace("a person", "an other")


def _rewrite_last_event(promotions: Promotions) -> None:
    document = json.loads(promotions.ledger.texts[MODEL][-1]) | {"actor": "nobody"}
    promotions.ledger.texts[MODEL][-1] = canonical_json(document).decode()
    promotions.ledger.project(fold(MODEL, promotions.ledger.read(MODEL)).state)


def _file(name: str, run: str, data: bytes | None) -> Change:
    def change(promotions: Promotions) -> None:
        if data is None:
            del promotions.files.files[run, name]
        else:
            promotions.files.files[run, name] = data

    return change


def _edit_report(name: str, **changes: object) -> Change:
    def change(promotions: Promotions) -> None:
        document = json.loads(promotions.files.files["run2", name])
        promotions.files.files["run2", name] = report_bytes(document | changes)

    return change


def _other_bundle(promotions: Promotions) -> None:
    promotions.registry.bundles[MODEL, "1"] = bundle(0.9)


def _other_registration(promotions: Promotions) -> None:
    _other_bundle(promotions)
    version = promotions.registry.versions[MODEL, "1"]
    promotions.registry.versions[MODEL, "1"] = replace(version, bundle_digest=bundle(0.9).digest)


def _local_certificate(promotions: Promotions) -> None:
    (promotions.folder / "certificates" / f"{MODEL}-1.json").write_bytes(b"{}")


def _alias(promotions: Promotions) -> None:
    promotions.ledger.shown[MODEL] = replace(promotions.ledger.shown[MODEL], champion="1")


@pytest.mark.parametrize(
    ("change", "subject"),
    [
        (_edit_event, "ledger"),
        (lambda it: it.ledger.texts[MODEL].pop(), "ledger"),
        (lambda it: it.ledger.texts[MODEL].pop(0), "ledger"),
        (_rewrite_last_event, "certificate flights-late-2.json"),
        (_other_bundle, "event 1 version 1"),
        (_other_registration, "event 1 version 1"),
        (lambda it: it.registry.versions.pop((MODEL, "2")), "event 2 version 2"),
        (_file("verdict.json", "run1", b"{}"), "event 1 verdict"),
        (_file("evidence.json", "run1", None), "event 1 verdict"),
        (_edit_report("verdict.json", decision="reject"), "event 2 verdict"),
        (_edit_report("evidence.json", bundle_digest="sha256:0"), "event 2 verdict"),
        (_file(f"{MODEL}-1.json", "run1", None), "certificate flights-late-1.json"),
        (_file(f"{MODEL}-1.json.sig", "run1", b"0 no"), "signature flights-late-1.json.sig"),
        (_file(f"{MODEL}-1.json.sig", "run1", None), "signature flights-late-1.json.sig"),
        (_local_certificate, "certificate flights-late-1.json"),
        (_alias, "aliases"),
    ],
)
def test_a_change_in_the_store_is_found_and_named(promotions: Promotions, change: Change, subject: str) -> None:
    change(promotions)

    assert [item.subject for item in wrong(verified(promotions))] == [subject]


def _appended(promotions: Promotions, version: str, verdict: Verdict, **changes: object) -> None:
    named = Champion(version, verdict.bundle_digest, None)
    made = promoted(promotions.state, verdict, named, Circumstances(NOW, "n3", "a person", "5" * 40, 90))
    event = replace(made, **changes)  # type: ignore[arg-type]
    promotions.append(event)
    promotions.certificates.ensure(event)


def test_an_old_verdict_does_not_stand_behind_a_further_event(promotions: Promotions) -> None:
    _appended(promotions, "1", judged(bundle(0.1))[1])

    (fault,) = wrong(verified(promotions))
    assert fault.subject == "event 3 verdict"
    assert "was made after nothing, and the event builds on sha256:" in fault.message


def test_an_event_moves_the_anchor_only_where_its_verdict_does(promotions: Promotions) -> None:
    _appended(promotions, *promotions.record(0.3), is_anchor=True)

    (fault,) = wrong(verified(promotions))
    assert (fault.subject, "differ in whether" in fault.message) == ("event 3 verdict", True)


def test_the_latest_event_is_missed_by_a_machine_that_saw_it_though_the_tags_were_mended(
    promotions: Promotions,
) -> None:
    verified(promotions)
    promotions.ledger.texts[MODEL].pop()
    promotions.ledger.project(fold(MODEL, promotions.ledger.read(MODEL)).state)

    assert "this machine remembers event 2" in wrong(verified(promotions))[0].message


def test_a_record_that_expired_is_no_proof(promotions: Promotions) -> None:
    checks = verify_store(MODEL, promotions.store, NOW + timedelta(days=90))

    assert [item.subject for item in wrong(checks)] == ["expiry"]


def test_another_key_makes_every_signature_wrong_and_none_leaves_them_open(promotions: Promotions) -> None:
    other = replace(promotions.store, verifier=FakeSigner("other"))
    without = replace(promotions.store, verifier=None)

    assert len(wrong(verify_store(MODEL, other, NOW))) == 2
    assert [item.status for item in verify_store(MODEL, without, NOW)].count(Status.OPEN) == 2
