"""Keys that cannot be used are the caller's fault, whatever is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.adapters.ecdsa_keys import EcdsaVerifier
from modelratchet.errors import ConfigError

BRAINPOOL = """\
-----BEGIN PUBLIC KEY-----
MEIwFAYHKoZIzj0CAQYJKyQDAwIIAQEBAyoABNP6dswg2GHFDUoDaEvP4STZJb0X
jnEt7UkCHeiMq0/qT5A7EQ4HQh8=
-----END PUBLIC KEY-----
"""


@pytest.mark.parametrize("text", ["", "no key", BRAINPOOL], ids=["empty", "no PEM", "a curve that is not known"])
def test_key_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "key.pub").write_text(text)

    with pytest.raises(ConfigError, match=r"key\.pub"):
        EcdsaVerifier(tmp_path / "key.pub")
