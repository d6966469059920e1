"""Ledger events, and real runs and keys that certificates are made with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec

from modelratchet.core.ledger import Event, EventKind
from tests.samples.candidates import MODEL


def event(bundle_digest: str, **changes: object) -> Event:
    """The first promotion; tests replace the part they are about."""
    usual = Event(
        kind=EventKind.PROMOTED, model=MODEL, counter=1, parent=None, nonce="n1", at="2026-11-01T10:00:00Z",
        expires_at="2027-01-30T10:00:00Z", version="1", bundle_digest=bundle_digest, verdict_digest="sha256:" + "1" * 64,
        evidence_digest="sha256:" + "2" * 64, policy_digest="sha256:" + "3" * 64, holdout_digest="sha256:" + "4" * 64,
        is_anchor=True, reason="", actor="a person", commit="5" * 40,
    )  # fmt: skip
    return replace(usual, **changes)  # type: ignore[arg-type]


def key_pair(folder: Path, name: str = "key", password: str | None = None) -> tuple[Path, Path]:
    """Make an elliptic-curve key pair; the private key's path and the public key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    encryption = form.BestAvailableEncryption(password.encode()) if password else form.NoEncryption()
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, encryption))
    public.write_bytes(key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))
    return private, public
