"""The settings that a manifest names: equal ones have the digest that they always had."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.config.blocks import load_settings
from modelratchet.config.reading import load_params
from modelratchet.core.digests import digest_value
from modelratchet.wiring.modeling import Blocks, model_settings

ROOT = Path(__file__).parents[3]
AS_OF_2506E55 = {
    "params.yaml": "sha256:22242b084cd94badd01fe51fc632fb1fe128f3b1b4621758dbdc0cade8671a86",
    "tests/projects/wine/params.yaml": "sha256:0077cbc242bf371d1771a2d54805bc58cfc6370a78b804971bedea5353cd7a28",
    "tests/projects/diabetes/params.yaml": "sha256:370de4b086fded768a7fe713f103c9429cf078ef879c9b592933b098e90bb566",
}
"""Digests that commit 2506e55 gave, when a stage still read the whole file."""


@pytest.mark.parametrize(("name", "digest"), AS_OF_2506E55.items())
def test_settings_of_a_model_have_the_digest_that_they_had(name: str, digest: str) -> None:
    assert digest_value(model_settings(load_settings(Blocks, ROOT / name))) == digest
    assert digest_value(model_settings(load_params(ROOT / name))) == digest
