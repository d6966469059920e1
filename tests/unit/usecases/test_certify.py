"""A certificate is made once, signed where there is a key, and lies on disk and beside its verdict's run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.core.certificate import decode_certificate
from modelratchet.core.ledger import Event
from modelratchet.errors import DigestError, EvidenceError, TrackingError
from modelratchet.usecases.certify import CertificateStore
from modelratchet.usecases.ports.registry import RecordedRun
from modelratchet.usecases.ports.signing import signature_path
from tests.fakes.model_registry import FakeModelRegistry
from tests.fakes.run_files import FakeRunFiles
from tests.fakes.signer import FakeSigner
from tests.samples.candidates import MODEL, bundle, candidate
from tests.samples.events import event

VERDICT = "sha256:" + "1" * 64


@pytest.fixture
def store(tmp_path: Path) -> CertificateStore:
    registry, files = FakeModelRegistry(), FakeRunFiles()
    registry.record(candidate(tmp_path / "candidate", made=bundle()))
    files.add(MODEL, RecordedRun("run1", "sha256:first", "1", {}))
    files.add(MODEL, RecordedRun("run2", VERDICT, "1", {}))
    return CertificateStore(tmp_path / "certificates", registry, files, FakeSigner())


@pytest.fixture
def promoted() -> Event:
    return event(bundle().digest)


def fake_files(store: CertificateStore) -> FakeRunFiles:
    assert isinstance(store.files, FakeRunFiles)
    return store.files


def test_a_certificate_is_written_signed_and_stored_beside_its_verdicts_run(
    store: CertificateStore, promoted: Event
) -> None:
    path = store.ensure(promoted)

    assert path.name == "flights-late-1.json"
    assert decode_certificate(path.read_bytes(), "x").event == promoted
    assert fake_files(store).attached == [("run2", "flights-late-1.json"), ("run2", "flights-late-1.json.sig")]
    assert fake_files(store).files["run2", path.name] == path.read_bytes()
    FakeSigner().verify(path)


def test_an_event_without_a_verdict_is_stored_beside_the_run_that_made_the_version(
    store: CertificateStore, promoted: Event
) -> None:
    store.ensure(replace(promoted, verdict_digest=None))

    assert {run for run, _ in fake_files(store).attached} == {"run1"}


def test_a_second_call_changes_nothing(store: CertificateStore, promoted: Event) -> None:
    path = store.ensure(promoted)
    before = signature_path(path).read_bytes()

    store.ensure(promoted)

    assert signature_path(path).read_bytes() == before
    assert len(fake_files(store).attached) == 2


def test_without_a_key_nothing_is_signed(store: CertificateStore, promoted: Event) -> None:
    path = replace(store, signer=None).ensure(promoted)

    assert not signature_path(path).exists()
    assert fake_files(store).attached == [("run2", path.name)]


def test_another_machine_takes_over_the_signature_that_is_stored(
    store: CertificateStore, promoted: Event, tmp_path: Path
) -> None:
    first = signature_path(store.ensure(promoted)).read_bytes()

    path = replace(store, directory=tmp_path / "elsewhere", signer=FakeSigner()).ensure(promoted)

    assert signature_path(path).read_bytes() == first
    assert len(fake_files(store).attached) == 2


@pytest.mark.parametrize("suffix", ["", ".sig"])
@pytest.mark.parametrize("where", ["here", "stored"])
def test_what_was_spoilt_is_mended(store: CertificateStore, promoted: Event, suffix: str, where: str) -> None:
    path = store.ensure(promoted)
    if where == "here":
        path.with_name(path.name + suffix).write_bytes(b"spoilt")
    else:
        fake_files(store).files["run2", path.name + suffix] = b"spoilt"

    store.ensure(promoted)

    FakeSigner().verify(path)
    for name in (path.name, path.name + ".sig"):
        assert fake_files(store).files["run2", name] == (path.parent / name).read_bytes()


def test_a_signature_of_another_key_gives_way_to_ours(store: CertificateStore, promoted: Event) -> None:
    replace(store, signer=FakeSigner("old")).ensure(promoted)

    path = store.ensure(promoted)

    FakeSigner().verify(path)


def test_an_event_about_another_bundle_than_the_versions_is_refused(store: CertificateStore, promoted: Event) -> None:
    with pytest.raises(DigestError):
        store.ensure(replace(promoted, bundle_digest="sha256:other"))
    assert not store.directory.exists()


def test_an_event_about_a_version_that_is_gone_is_refused(store: CertificateStore, promoted: Event) -> None:
    with pytest.raises(EvidenceError, match="version 7 of flights-late"):
        store.ensure(replace(promoted, version="7"))


def test_a_store_that_is_down_keeps_the_certificate_here_for_the_next_call(
    store: CertificateStore, promoted: Event
) -> None:
    fake_files(store).is_down = True
    with pytest.raises(TrackingError):
        store.ensure(promoted)
    fake_files(store).is_down = False

    store.ensure(promoted)

    assert len(fake_files(store).attached) == 2
