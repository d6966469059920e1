"""Keys from the environment, and the check of a certificate that needs no registry. `ratchet verify` and `wiring.certifying` call it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from modelratchet.adapters.model_signing_signer import ModelSigningSigner, ModelSigningVerifier
from modelratchet.config.environment import SIGNING_KEY_VARIABLE, SIGNING_PASSWORD_VARIABLE, VERIFY_KEY_VARIABLE
from modelratchet.errors import ConfigError
from modelratchet.usecases.checks import Check
from modelratchet.usecases.ports.signing import SignatureVerifier, Signer
from modelratchet.usecases.verify_certificate import Presented, verify_certificate

_PEM = "-----BEGIN "


def signing_key(given: Path | None = None) -> Path | None:
    """The private key that was given, or the one of RATCHET_SIGNING_KEY; None where there is neither.

    Raises:
        ConfigError: it names no file.
    """
    return _key(given, "--sign", SIGNING_KEY_VARIABLE)


def signing_password() -> str | None:
    """The private key's, if it has one."""
    return os.environ.get(SIGNING_PASSWORD_VARIABLE) or None


def verify_key(given: Path | None) -> Path | None:
    """The public key that was given, or the one of RATCHET_VERIFY_KEY; None where there is neither.

    Raises:
        ConfigError: it names no file.
    """
    return _key(given, "--key", VERIFY_KEY_VARIABLE)


def signer() -> Signer | None:
    """Who signs certificates, where there is a key.

    Raises:
        ConfigError: it names no file.
    """
    key = signing_key()
    return ModelSigningSigner(key, signing_password()) if key else None


def verifier(key: Path | None) -> SignatureVerifier | None:
    """Who checks signatures of certificates, where there is a key.

    Raises:
        ConfigError: it names no file.
    """
    found = verify_key(key)
    return ModelSigningVerifier(found) if found else None


def verified_certificate(certificate: Path, bundle: Path, key: Path | None, minimum: int | None) -> tuple[Check, ...]:
    """Check a certificate against its bundle, by this machine's clock."""
    return verify_certificate(Presented(certificate, bundle, verifier(key), minimum, datetime.now(UTC)))


def _key(given: Path | None, option: str, variable: str) -> Path | None:
    if given is not None:
        return _file(str(given), option)
    named = os.environ.get(variable, "")
    if named.lstrip().startswith(_PEM):
        return _unwritten(named.strip() + "\n")
    return _file(named, variable) if named else None


@cache
def _unwritten(pem: str) -> Path:
    """A file of this text that ends with this process and is on no disk, so that a killed command leaves no key behind."""
    handle = os.memfd_create("key", os.MFD_CLOEXEC)
    os.write(handle, pem.encode())
    return Path(f"/proc/{os.getpid()}/fd/{handle}")


def _file(name: str, source: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise ConfigError(source, [f"{name[:80]!r} is no file; expected a key as PEM, or the name of its file"])
    return path
