"""The ports `Signer` and `SignatureVerifier` on model-signing with elliptic-curve keys: no certificate authority, no network, no log.

model-signing takes half a second to import, so it is imported by the first signature that is made or checked.
"""

from __future__ import annotations

import base64
import binascii
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from modelratchet.errors import ConfigError, DigestError, EvidenceError, MissingEvidenceError
from modelratchet.storage.files import replacing
from modelratchet.usecases.ports.signing import signature_path

KEY_KINDS = "a PEM file of a NIST P-256, P-384 or P-521 key"


class ModelSigningVerifier:
    """Checks signatures with a public key."""

    def __init__(self, public_key: Path) -> None:
        """Remember where the key is; it is read by the first check."""
        self._public_key = public_key

    @cached_property
    def _config(self) -> Any:
        with _usable(self._public_key, "public key"):
            from model_signing.verifying import Config

            return Config().use_elliptic_key_verifier(public_key=self._public_key)  # type: ignore[no-untyped-call]

    def verify(self, path: Path) -> None:
        """Check the signature beside a file; see the port."""
        signature = signature_path(path)
        for needed in (path, signature):
            if not needed.is_file():
                raise MissingEvidenceError(f"{needed} is not there", hint="Fetch it from the run of its verdict.")
        _require_one_form(signature)
        config = self._config
        try:
            config.verify(path, signature)
        except Exception as error:  # the library raises what its parsers raise; whatever it is, this is not signed
            raise DigestError(
                f"{signature} does not sign {path} with the key {self._public_key}: {_said(error)}",
                hint="Another key signed it, or one of the two files was changed.",
            ) from error


class ModelSigningSigner:
    """Signs with a private key, and verifies with the public key that belongs to it."""

    def __init__(self, private_key: Path, password: str | None) -> None:
        """Remember where the key is.

        Args:
            private_key: read when something is signed.
            password: of the key, None where it has none.
        """
        self._private_key = private_key
        # the library says text, and hands it on to a function that takes bytes alone
        self._password: Any = password.encode() if password else None

    @cached_property
    def _config(self) -> Any:
        with _usable(self._private_key, "private key"):
            from model_signing.signing import Config

            signing = Config()  # type: ignore[no-untyped-call]
            return signing.use_elliptic_key_signer(private_key=self._private_key, password=self._password)

    def sign(self, path: Path) -> Path:
        """Write the signature beside the file; see the port."""
        signature = signature_path(path)
        config = self._config
        with replacing(signature) as temporary:
            config.sign(path, temporary)
        return signature

    def verify(self, path: Path) -> None:
        """Check a signature as one of this key; see the port."""
        with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
            public = Path(folder) / "public.pem"
            public.write_bytes(self._public_bytes())
            ModelSigningVerifier(public).verify(path)

    def _public_bytes(self) -> bytes:
        with _usable(self._private_key, "private key"):
            from cryptography.hazmat.primitives import serialization as form

            key = form.load_pem_private_key(self._private_key.read_bytes(), self._password)
            return key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)


def _require_one_form(path: Path) -> None:
    """Refuse a signature that says the same in other bytes: parts of the envelope are covered by no signature."""
    data = path.read_bytes()
    try:
        document = json.loads(data)
        envelope, material = document["dsseEnvelope"], document["verificationMaterial"]
        payload, signed = _base64(envelope["payload"]), _base64(envelope["signatures"][0]["sig"])
        # without a hint the library takes the signature as an old one, and says so on the standard output
        hint = bytes.fromhex(material["publicKey"]["hint"]).hex() or "the digest of a public key"
        rebuilt = _envelope(hint, payload, signed)
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise EvidenceError(f"{path} is no signature: {_said(error)}") from error
    if json.dumps(rebuilt, separators=(",", ":"), ensure_ascii=False).encode(errors="replace") != data:
        raise EvidenceError(f"{path} was edited: it is not in the form that a signature is written in")


def _envelope(hint: str, payload: str, signed: str) -> dict[str, Any]:
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": hint}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": payload,
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": signed, "keyid": ""}],
        },
    }


def _base64(text: str) -> str:
    """The text in its only form: the last character may have bits that decoding drops."""
    return base64.b64encode(binascii.a2b_base64(text, strict_mode=True)).decode()


@contextmanager
def _usable(path: Path, kind: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigError("the environment", [f"{error.name} is not installed, and model-signing needs it"]) from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        # never the error's whole chain: a key's bytes or its password have no business in a log
        raise ConfigError(
            f"the {kind} {path}", [f"{_said(error)}; expected {KEY_KINDS}"], hint="Is the password the key's?"
        ) from None


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
