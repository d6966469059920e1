"""The commands of docs/how-to/protocols.md work as pasted."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE_SECONDS
from tests.samples.in_thread import answering
from tests.samples.served import sample_app

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "protocols.md"
COMMANDS = re.findall(r"`(curl [^`]+)`", PAGE.read_text())

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine"),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with answering(sample_app(predict_route="/v1/predict")) as found:
        yield found


def test_every_protocol_has_a_command() -> None:
    assert len(COMMANDS) >= 14


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_works_as_pasted(url: str, command: str) -> None:
    here = command.replace("localhost:3000", url)
    assert here != command
    done = subprocess.run(
        ["bash", "-c", f"{here} --fail"], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
