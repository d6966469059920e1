"""A real Chromium for the tests that look at pages of ours; where there is none, those tests are skipped with the reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.patience import PATIENCE_SECONDS

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
PATIENCE_MS = 1000 * PATIENCE_SECONDS
sync_api.expect.set_options(timeout=PATIENCE_MS)
CHROMIUM = shutil.which("chromium")
BROWSER_MARKS = [
    pytest.mark.browser,
    pytest.mark.integration,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
]
SCREENSHOTS = Path("reports/screenshots")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
WIDE, PHONE = 1100, 390
