"""The page at `/` in a real Chromium, against a real server: what a person fills in and sees. Screenshots are kept."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.samples.browser import BROWSER_MARKS, PHONE, SCREENSHOTS, WIDE, sync_api
from tests.samples.bundles import binary_bundle, choice_bundle, hostile_bundle, number_bundle
from tests.samples.running import running

pytestmark = BROWSER_MARKS


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(binary_bundle(), tmp_path_factory.mktemp("server")) as server:
        yield server.address


@pytest.fixture(scope="module")
def hostile_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(hostile_bundle(), tmp_path_factory.mktemp("hostile")) as server:
        yield server.address


def opened(browser: Any, address: str, width: int = WIDE, scheme: str = "light") -> tuple[Any, list[str], list[str]]:
    """The page, every address that it asked, and what its console said."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    return page, asked, said


def press(page: Any) -> None:
    page.get_by_role("button", name="Predict").click()
    sync_api.expect(page.get_by_role("button", name="Predict")).to_be_enabled()


def share_late(address: str, row: dict[str, Any]) -> float:
    body = json.dumps({"rows": [row]}).encode()
    request = urllib.request.Request(f"{address}/predict", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answered:
        return float(json.load(answered)["predictions"][0]["probabilities"]["1"])


def test_a_typical_row_stands_in_the_form_and_is_answered(browser: Any, address: str) -> None:
    page, _, said = opened(browser, address)

    assert page.get_by_label("hour").input_value() == "12"
    press(page)
    sync_api.expect(page.get_by_role("status")).to_contain_text("late = 0")
    assert said == []


def test_the_page_shows_what_the_model_answers_to_what_was_typed(browser: Any, address: str) -> None:
    page, _, _ = opened(browser, address)
    page.get_by_label("hour").fill("11.5")
    page.get_by_label("carrier", exact=True).select_option("UA")

    press(page)

    share = share_late(address, {"hour": 11.5, "carrier": "UA"})
    row = page.get_by_role("row", name="1 ", exact=False).last
    sync_api.expect(row).to_contain_text(f"{share * 100:.1f} %")
    assert 0.5 < share < 0.9


def test_an_empty_number_is_a_missing_one(browser: Any, address: str) -> None:
    page, _, _ = opened(browser, address)
    page.get_by_label("hour").fill("")
    with page.expect_request("**/predict") as sent:
        press(page)
    assert sent.value.post_data_json == {"rows": [{"hour": None, "carrier": "AA"}]}


def test_a_refusal_is_shown_at_its_column(browser: Any, address: str) -> None:
    page, _, _ = opened(browser, address)
    page.get_by_label("carrier", exact=True).select_option("another…")
    press(page)

    sync_api.expect(page.get_by_role("status")).to_contain_text("Missing value")
    sync_api.expect(page.get_by_label("carrier", exact=True)).to_have_attribute("aria-invalid", "true")
    sync_api.expect(page.locator(".field.wrong")).to_contain_text("found none, expected a value")
    page.get_by_label("another carrier").fill("ZZ")
    sync_api.expect(page.locator(".field.unusual")).to_contain_text("outside of what training saw")
    press(page)
    sync_api.expect(page.get_by_role("status")).to_contain_text("late =")


def test_the_form_works_by_keyboard_alone(browser: Any, address: str) -> None:
    page, _, _ = opened(browser, address)
    page.get_by_label("hour").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    sync_api.expect(page.get_by_role("status")).to_contain_text("late = 0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_page_fits_and_asks_nobody_else(browser: Any, address: str, width: int, scheme: str) -> None:
    page, asked, _ = opened(browser, address, width, scheme)
    press(page)
    page.screenshot(path=SCREENSHOTS / f"model_page_{scheme}_{width}.png", full_page=True)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith((address, "data:"))] == []


def test_names_that_are_markup_stay_text(browser: Any, hostile_address: str) -> None:
    page, _, said = opened(browser, hostile_address)
    press(page)

    sync_api.expect(page.get_by_role("status")).to_contain_text("</p><i>late</i> = <b>on time</b>")
    sync_api.expect(page.get_by_text("<script>alert(1)</script>", exact=True)).to_be_visible()
    assert page.locator("img, i, b, body script").count() == 0
    assert said == []
    page.get_by_label("__proto__", exact=True).select_option("missing")
    with page.expect_request("**/predict") as sent:
        press(page)
    assert '"__proto__":"missing"' in sent.value.post_data


def test_a_number_is_shown_as_one(browser: Any, tmp_path: Path) -> None:
    with running(number_bundle(), tmp_path) as server:
        page, _, said = opened(browser, server.address)
        page.get_by_label("metres").fill("100.5")
        page.get_by_label("year").fill("-3")
        sync_api.expect(page.locator(".field.unusual")).to_contain_text("outside of what training saw")
        press(page)

        sync_api.expect(page.get_by_role("status")).to_contain_text("euro = 990")
        assert said == []


def test_of_many_classes_the_likeliest_are_shown_first(browser: Any, tmp_path: Path) -> None:
    with running(choice_bundle(), tmp_path) as server:
        page, _, _ = opened(browser, server.address, PHONE)
        press(page)

        sync_api.expect(page.get_by_role("status")).to_contain_text("thing = thing 19")
        assert page.locator("tbody th").all_inner_texts()[:2] == ["thing 19", "thing 18"]
        sync_api.expect(page.get_by_role("status")).to_contain_text("8 classes with less are not shown")
        page.get_by_label("colour", exact=True).select_option("(missing)")
        with page.expect_request("**/predict") as sent:
            press(page)
        assert sent.value.post_data_json == {"rows": [{"colour": None}]}


def test_the_documentation_runs_an_example_and_asks_nobody_else(browser: Any, address: str) -> None:
    page, asked, said = opened(browser, f"{address}/docs")
    page.locator(".opblock", has_text="/predict").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    sync_api.expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert [line for line in said if "Content Security Policy" in line] == []
