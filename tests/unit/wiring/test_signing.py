"""Keys from files, and from variables that hold them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.adapters.ecdsa_keys import EcdsaSigner, EcdsaVerifier
from modelratchet.errors import ConfigError
from modelratchet.wiring.signing import signer, signing_key, verifier, verify_key
from tests.samples.events import key_pair


def test_key_may_be_named_or_be_the_variable_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private, public = key_pair(tmp_path)
    monkeypatch.setenv("RATCHET_VERIFY_KEY", public.read_text())
    for value in (str(private), private.read_text(), f"\n{private.read_text()}\n"):
        monkeypatch.setenv("RATCHET_SIGNING_KEY", value)
        key, checked_by = signing_key(), verify_key(None)
        assert key is not None
        assert checked_by is not None
        signature = EcdsaSigner(key, None).sign_bytes(b"x")
        assert EcdsaVerifier(checked_by).is_signed(b"x", signature)
        assert not EcdsaVerifier(checked_by).is_signed(b"y", signature)


def test_key_of_a_variable_signs_certificates_and_is_on_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, public = key_pair(tmp_path)
    monkeypatch.setenv("RATCHET_SIGNING_KEY", private.read_text())
    (tmp_path / "paper").write_text("something")
    made = signer()
    assert made is not None
    made.sign(tmp_path / "paper")
    checked_by = verifier(public)
    assert checked_by is not None
    checked_by.verify(tmp_path / "paper")

    assert str(signing_key()).startswith("/proc/")


def test_option_goes_before_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = key_pair(tmp_path, "first")
    second, _ = key_pair(tmp_path, "second")
    monkeypatch.setenv("RATCHET_SIGNING_KEY", str(second))

    assert signing_key(first) == first


@pytest.mark.parametrize("value", ["", None])
def test_empty_variable_is_none(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATCHET_SIGNING_KEY", value) if value is not None else monkeypatch.delenv(
        "RATCHET_SIGNING_KEY", raising=False
    )

    assert signing_key() is None
    assert signer() is None


def test_variable_that_is_no_key_is_named_and_a_key_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATCHET_SIGNING_KEY", "-----BEGIN EC PRIVATE KEY-----\nsecret\n-----END EC PRIVATE KEY-----")
    key = signing_key()
    assert key is not None
    with pytest.raises(ConfigError) as raised:
        EcdsaSigner(key, None)
    assert "secret" not in str(raised.value)

    monkeypatch.setenv("RATCHET_SIGNING_KEY", "nowhere.pem")
    with pytest.raises(ConfigError, match="RATCHET_SIGNING_KEY"):
        signing_key()


def test_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ed25519

    key = ed25519.Ed25519PrivateKey.generate()
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))

    with pytest.raises(ConfigError, match="of another kind"):
        EcdsaSigner(path, None)


def test_password_that_is_wrong_is_not_told(tmp_path: Path) -> None:
    private, _ = key_pair(tmp_path, password="right")
    with pytest.raises(ConfigError) as raised:
        EcdsaSigner(private, "not this one")

    assert "not this one" not in str(raised.value)
