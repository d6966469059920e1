"""Joins `ratchet verify-image` to the registry of images, the key, and, where it is asked for, the ledger."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from modelratchet.adapters.ecdsa_keys import EcdsaVerifier
from modelratchet.adapters.oci_registry import OciRegistry
from modelratchet.config.environment import IMAGE_REPOSITORY_VARIABLE, VERIFY_KEY_VARIABLE
from modelratchet.core.image_names import parse_image
from modelratchet.core.ledger import History
from modelratchet.errors import ConfigError
from modelratchet.usecases.checks import Check
from modelratchet.usecases.verify_image import Suspect, verify_image
from modelratchet.wiring.signing import verify_key


def verified_image(name: str | None, key: Path | None, minimum: int | None, *, asks_ledger: bool) -> tuple[Check, ...]:
    """Check an image by this machine's clock; without a name it is `latest` of RATCHET_IMAGE_REPOSITORY.

    Raises:
        ConfigError: there is no key, or no image is named.
        InputError: it is no image's name, or the registry does not let us in.
        OutsideError: a registry does not answer.
    """
    found = verify_key(key)
    if found is None:
        raise ConfigError(VERIFY_KEY_VARIABLE, ["it is not set, and --key is not given; expected a public key as PEM"])
    named = name or os.environ.get(IMAGE_REPOSITORY_VARIABLE)
    if not named:
        raise ConfigError(IMAGE_REPOSITORY_VARIABLE, ["it is not set, and no image is named"])
    image = parse_image(named)
    return verify_image(
        Suspect(
            name=str(image),
            reference=image.reference,
            registry=OciRegistry(image.repository),
            verifier=EcdsaVerifier(found),
            minimum_counter=minimum,
            history=_history if asks_ledger else None,
            now=datetime.now(UTC),
        )
    )


def _history(model: str) -> History:
    from modelratchet.wiring.ledger import reader

    return reader().history(model)
