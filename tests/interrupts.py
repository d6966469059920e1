"""Programs that tests start hear Ctrl-C, also where a shell started the suite in the background and had it ignored: what is started inherits that."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def hear_interrupts() -> Iterator[None]:
    """For all of the session."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
