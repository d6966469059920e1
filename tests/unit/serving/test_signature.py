"""Signatures that model-signing makes, as the image checks them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from modelratchet.adapters.model_signing_signer import ModelSigningSigner
from modelratchet.errors import ConfigError, DigestError, EvidenceError, MissingEvidenceError
from modelratchet.serving.signature import require_signature
from modelratchet.storage.bundles import write_bundle
from tests.samples.bundles import binary_bundle


def write_public(key: Any, path: Path) -> Path:
    path.write_bytes(key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))
    return path


def signed(folder: Path, curve: ec.EllipticCurve) -> tuple[Path, Path]:
    """The signature of the sample bundle, and the public key."""
    key = ec.generate_private_key(curve)
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    (folder / "private.pem").write_bytes(private)
    write_bundle(binary_bundle(), folder / "bundle")
    signature = ModelSigningSigner(folder / "private.pem", None).sign(folder / "bundle")
    return signature, write_public(key, folder / "public.pem")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return signed(tmp_path_factory.mktemp("signed"), ec.SECP256R1())


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda curve: curve.name)
def test_signature_of_every_kind_of_key_is_taken(curve: ec.EllipticCurve, tmp_path: Path) -> None:
    require_signature(binary_bundle(), *signed(tmp_path, curve))


def test_signature_of_another_bundle_names_what_differs(made: tuple[Path, Path]) -> None:
    with pytest.raises(DigestError, match=r"manifest.json, model.onnx differ"):
        require_signature(binary_bundle(1.5), *made)


def test_signature_of_another_key_is_refused(made: tuple[Path, Path], tmp_path: Path) -> None:
    other = write_public(ec.generate_private_key(ec.SECP256R1()), tmp_path / "other.pem")

    with pytest.raises(DigestError, match="is not signed by the key"):
        require_signature(binary_bundle(), made[0], other)


def _edit_payload(document: Any) -> None:
    statement = base64.b64decode(document["dsseEnvelope"]["payload"]).replace(b"model.onnx", b"model.onnz")
    document["dsseEnvelope"]["payload"] = base64.b64encode(statement).decode()


def _edit_signature(document: Any) -> None:
    raw = bytearray(base64.b64decode(document["dsseEnvelope"]["signatures"][0]["sig"]))
    raw[-1] ^= 1
    document["dsseEnvelope"]["signatures"][0]["sig"] = base64.b64encode(raw).decode()


EDITS: list[tuple[Callable[[Any], object], type[EvidenceError]]] = [
    (_edit_payload, DigestError),
    (_edit_signature, DigestError),
    (lambda document: document["dsseEnvelope"]["signatures"].clear(), EvidenceError),
    (lambda document: document["dsseEnvelope"].update(payloadType="text/plain"), EvidenceError),
    (lambda document: document.pop("dsseEnvelope"), EvidenceError),
    (lambda document: document["dsseEnvelope"].update(payload="?"), EvidenceError),
]


@pytest.mark.parametrize(("edit", "error"), EDITS)
def test_edited_signature_is_refused(
    edit: Callable[[Any], object], error: type[EvidenceError], made: tuple[Path, Path], tmp_path: Path
) -> None:
    document = json.loads(made[0].read_bytes())
    edit(document)
    (tmp_path / "bundle.sig").write_text(json.dumps(document))

    with pytest.raises(error):
        require_signature(binary_bundle(), tmp_path / "bundle.sig", made[1])


def test_missing_signature_is_told_with_what_to_do(made: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(MissingEvidenceError, match="is not there, and a public key is set"):
        require_signature(binary_bundle(), tmp_path / "bundle.sig", made[1])


def test_key_of_another_kind_is_a_fault_of_the_settings(made: tuple[Path, Path], tmp_path: Path) -> None:
    other = write_public(ed25519.Ed25519PrivateKey.generate(), tmp_path / "other.pem")

    with pytest.raises(ConfigError, match="NIST P-256"):
        require_signature(binary_bundle(), made[0], other)
