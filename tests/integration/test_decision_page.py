"""The decision page in a real Chromium: what a reviewer sees of it, and that it asks nobody for anything. Screenshots are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelratchet.core.page.html_page import html_page
from tests.samples import pages
from tests.samples.browser import BROWSER_MARKS, PHONE, SCREENSHOTS, WIDE, sync_api

pytestmark = BROWSER_MARKS


def opened(
    browser: object, folder: Path, kind: str, width: int = WIDE, scheme: str = "light"
) -> tuple[object, list[str]]:
    """The page of a kind, and every address that was asked while it opened."""
    file = folder / f"{kind}.html"
    file.write_text(html_page(pages.KINDS[kind]()), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme=scheme)  # type: ignore[attr-defined]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.screenshot(path=SCREENSHOTS / f"decision_{kind}_{scheme}_{width}.png", full_page=True)
    return page, asked


def test_verdict_intervals_worst_slice_and_links_are_on_the_page(browser: object, tmp_path: Path) -> None:
    page, _ = opened(browser, tmp_path, "reject")

    expect = sync_api.expect
    expect(page.get_by_role("heading", name="REJECT")).to_be_visible()  # type: ignore[attr-defined]
    expect(page.locator("#gains svg.bar").first).to_be_visible()  # type: ignore[attr-defined]
    assert page.locator("#gains svg.bar circle").count() == 3  # type: ignore[attr-defined]
    expect(page.get_by_text("The worst of 12: carrier = AA")).to_be_visible()  # type: ignore[attr-defined]
    link = page.get_by_role("link", name="Compare with the champion's run in MLflow")  # type: ignore[attr-defined]
    assert "workflowType=machine_learning" in link.get_attribute("href")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", list(pages.KINDS))
def test_nothing_is_asked_but_the_file_itself(browser: object, tmp_path: Path, kind: str, scheme: str) -> None:
    _, asked = opened(browser, tmp_path, kind, scheme=scheme)

    assert [address for address in asked if not address.startswith("data:")] == [(tmp_path / f"{kind}.html").as_uri()]


@pytest.mark.parametrize("kind", list(pages.KINDS))
def test_a_phone_shows_the_page_without_scrolling_sideways(browser: object, tmp_path: Path, kind: str) -> None:
    page, _ = opened(browser, tmp_path, kind, width=PHONE)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE  # type: ignore[attr-defined]


def test_folds_open_without_a_script(browser: object, tmp_path: Path) -> None:
    page, _ = opened(browser, tmp_path, "reject")

    page.get_by_text("All 13 slices").click()  # type: ignore[attr-defined]

    sync_api.expect(page.get_by_text("origin = TEB")).to_be_visible()  # type: ignore[attr-defined]
    assert page.locator("script").count() == 0  # type: ignore[attr-defined]
