"""Waiting for what has to come: for as long as a busy machine may need, and no longer than it takes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE_SECONDS = 120.0
"""Nothing here takes a tenth of it on a quiet machine; a machine with other work to do may stand still for seconds."""


def wait_until(is_so: Callable[[], object], wanted: str = "") -> None:
    """Wait until it is so; an AssertionError where it does not come to be."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < ends_at, f"waited {PATIENCE_SECONDS:g} s in vain {wanted}"
        time.sleep(0.01)


async def until(is_so: Callable[[], object]) -> None:
    """The same for what an event loop does; a TimeoutError where it does not come to be."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():
            await asyncio.sleep(0.001)
