"""A certificate is checked against bundle, key, clock and counter, and each check says what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modelratchet.core.certificate import certificate_of, encode_certificate
from modelratchet.core.ledger import EventKind
from modelratchet.storage.bundles import write_bundle
from modelratchet.usecases.checks import Status, wrong
from modelratchet.usecases.ports.signing import signature_path
from modelratchet.usecases.verify_certificate import Presented, verify_certificate
from tests.fakes.signer import FakeSigner
from tests.samples.candidates import bundle
from tests.samples.events import event


@pytest.fixture
def presented(tmp_path: Path) -> Presented:
    write_bundle(bundle(), tmp_path / "bundle")
    signed = Presented(tmp_path / "c.json", tmp_path / "bundle", FakeSigner(), 1, datetime(2026, 12, 1, tzinfo=UTC))
    issue(signed)
    return signed


def issue(presented: Presented, **changes: object) -> None:
    made = certificate_of(event(bundle().digest, **changes), bundle().manifest)
    presented.certificate.write_bytes(encode_certificate(made))
    FakeSigner().sign(presented.certificate)


def faults(presented: Presented) -> dict[str, str]:
    return {item.subject.split()[0]: item.message for item in wrong(verify_certificate(presented))}


def status(presented: Presented, subject: str) -> Status:
    return next(item.status for item in verify_certificate(presented) if item.subject.startswith(subject))


def test_a_certificate_that_is_right_passes_every_check(presented: Presented) -> None:
    assert {item.status for item in verify_certificate(presented)} == {Status.RIGHT}


def test_a_changed_bundle_is_named(presented: Presented) -> None:
    (presented.bundle / "model.onnx").write_bytes(b"other")

    assert "model.onnx was changed" in faults(presented)["bundle"]


def test_another_whole_bundle_is_not_the_certified_one(presented: Presented) -> None:
    write_bundle(bundle(0.9), presented.bundle)

    assert faults(presented)["bundle"].startswith(f"it is bundle {bundle(0.9).digest}")


def test_a_missing_bundle_is_wrong(presented: Presented, tmp_path: Path) -> None:
    assert "is not there" in faults(replace(presented, bundle=tmp_path / "nowhere"))["bundle"]


def test_with_a_key_the_signature_has_to_be_right(presented: Presented) -> None:
    assert "does not sign" in faults(replace(presented, verifier=FakeSigner("other")))["signature"]
    signature_path(presented.certificate).unlink()
    assert "not there" in faults(presented)["signature"]


def test_without_a_key_the_signature_stays_open(presented: Presented) -> None:
    without = replace(presented, verifier=None)

    assert (status(without, "signature"), faults(without)) == (Status.OPEN, {})


@pytest.mark.parametrize(
    ("now", "message"),
    [("2027-01-30T10:00:00", "it expired at 2027-01-30T10:00:00Z"), ("2026-10-31T00:00:00", "yet to come")],
)
def test_a_certificate_counts_from_its_issue_to_its_expiry(presented: Presented, now: str, message: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert message in faults(replace(presented, now=moment))["date"]


def test_a_certificate_of_a_machine_whose_clock_is_a_little_ahead_counts(presented: Presented) -> None:
    moment = datetime(2026, 11, 1, 9, 55, tzinfo=UTC)

    assert "date" not in faults(replace(presented, now=moment))
    assert "yet to come" in faults(replace(presented, now=moment - timedelta(seconds=1)))["date"]


def test_an_old_record_is_not_taken_again(presented: Presented) -> None:
    assert "expected at least 2" in faults(replace(presented, minimum_counter=2))["counter"]
    assert status(replace(presented, minimum_counter=None), "counter") is Status.OPEN


def test_an_anchors_certificate_promotes_nothing(presented: Presented) -> None:
    issue(presented, kind=EventKind.ANCHORED)

    assert "promotes nothing" in faults(presented)["kind"]


def test_an_override_is_said_loudly(presented: Presented) -> None:
    issue(presented, kind=EventKind.OVERRIDDEN, reason="the shop is closed otherwise", verdict_digest=None)

    checks = verify_certificate(presented)

    assert wrong(checks) == ()
    assert checks[-1].message == "none: a person overrode the gate: the shop is closed otherwise"


@pytest.mark.parametrize("content", [None, b"{}", b"\x00"])
def test_what_is_no_certificate_is_the_only_check(presented: Presented, content: bytes | None) -> None:
    presented.certificate.unlink()
    if content is not None:
        presented.certificate.write_bytes(content)

    checks = verify_certificate(presented)

    assert [(item.subject, item.status) for item in checks] == [(str(presented.certificate), Status.WRONG)]
