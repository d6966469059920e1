"""What the engine is asked; here it is a program that writes down its arguments. Real images are in tests/integration/test_image.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.adapters.docker_image_builder import DockerImageBuilder
from modelratchet.usecases.ports.serving import Distribution, Image


def test_packages_are_those_of_the_image_that_is_pushed_whatever_its_tag_names_by_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = tmp_path / "docker"
    listed = '{"pypi": [["jinja2", "3.1.6", ""]]}'
    engine.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {tmp_path}/asked\necho '{listed}'\n")
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = DockerImageBuilder().installed(Image("flights:7", "sha256:7", 1, "base", 1, ()))

    assert found == (Distribution("pypi", "jinja2", "3.1.6"),)
    asked = (tmp_path / "asked").read_text().splitlines()
    assert ("sha256:7" in asked, "flights:7" in asked) == (True, False)
