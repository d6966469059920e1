"""Keys from the environment, and the check of a certificate that needs no registry. `ratchet verify` and `wiring.certifying` call it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from modelratchet.adapters.model_signing_signer import ModelSigningSigner, ModelSigningVerifier
from modelratchet.config.environment import SIGNING_KEY_VARIABLE, SIGNING_PASSWORD_VARIABLE, VERIFY_KEY_VARIABLE
from modelratchet.errors import ConfigError
from modelratchet.usecases.checks import Check
from modelratchet.usecases.ports import SignatureVerifier, Signer
from modelratchet.usecases.verify_certificate import Presented, verify_certificate


def signer() -> Signer | None:
    """The key that RATCHET_SIGNING_KEY names.

    Raises:
        ConfigError: it names no file.
    """
    key = os.environ.get(SIGNING_KEY_VARIABLE, "")
    if not key:
        return None
    return ModelSigningSigner(_file(key, SIGNING_KEY_VARIABLE), os.environ.get(SIGNING_PASSWORD_VARIABLE) or None)


def verifier(key: Path | None) -> SignatureVerifier | None:
    """The public key that was given, or the one that RATCHET_VERIFY_KEY names.

    Raises:
        ConfigError: it is no file.
    """
    if key is not None:
        return ModelSigningVerifier(_file(str(key), "--key"))
    named = os.environ.get(VERIFY_KEY_VARIABLE, "")
    return ModelSigningVerifier(_file(named, VERIFY_KEY_VARIABLE)) if named else None


def verified_certificate(certificate: Path, bundle: Path, key: Path | None, minimum: int | None) -> tuple[Check, ...]:
    """Check a certificate against its bundle, by this machine's clock."""
    return verify_certificate(Presented(certificate, bundle, verifier(key), minimum, datetime.now(UTC)))


def _file(name: str, source: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise ConfigError(source, [f"{name} is no file; expected a key as PEM"])
    return path
