"""The browser that the tests of pages share, and that programs hear Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.interrupts import hear_interrupts

__all__ = ["browser", "hear_interrupts"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from tests.samples.browser import ARGUMENTS, CHROMIUM, SCREENSHOTS, sync_api

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
