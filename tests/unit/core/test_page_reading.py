"""A page that comes back from JSON is the page that was written, and a page that somebody made up is refused or harmless."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from modelratchet.core.links import Link
from modelratchet.core.page.comment import Judged, comment_of, comment_without_verdict
from modelratchet.core.page.json_page import json_page
from modelratchet.core.page.markdown import COMMENT_LIMIT, markdown
from modelratchet.core.page.model import Page
from modelratchet.core.page.reading import page_of_json, with_links_to
from modelratchet.errors import EvidenceError
from tests.samples import pages

RUN = "https://github.com/flights/late/actions/runs/7"


def _read(document: Any) -> Page:
    return page_of_json(json.dumps(document).encode(), "page.json")


def _document(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json_page(page))
    return found


@pytest.mark.parametrize("kind", pages.KINDS)
def test_a_page_comes_back_as_it_was(kind: str) -> None:
    page = pages.KINDS[kind]()
    assert page_of_json(json_page(page).encode(), "page.json") == page


def test_bounds_without_end_come_back() -> None:
    page = pages.promoted()
    open_ended = replace(page, gains=(replace(page.gains[0], low=-math.inf, high=math.inf), *page.gains[1:]))

    assert page_of_json(json_page(open_ended).encode(), "page.json") == open_ended


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[" * 200_000, b"NaN", b'"page"', b"[]", b"{}", b'{"format": "modelratchet/decision-page", "format_version": 1}'],
)  # fmt: skip
def test_what_is_no_page_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        page_of_json(data, "page.json")


@pytest.mark.parametrize(
    "change",
    [
        {"decision": "PROMOTED"},
        {"headline": 7},
        {"headline": None},
        {"gains": None},
        {"gains": ["gain"]},
        {"findings": {"rule": "data"}},
        {"n_rows": 1.5},
        {"confidence": "high"},
        {"surprise": "<script>"},
        {"links": [{"name": "x"}]},
    ],
)
def test_a_page_with_one_thing_wrong_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(EvidenceError):
        _read({**_document(pages.rejected()), **change})


def test_a_number_that_is_not_finite_is_refused() -> None:
    text = json_page(pages.promoted()).replace('"confidence": 0.95', '"confidence": Infinity', 1)
    assert "Infinity" in text
    with pytest.raises(EvidenceError, match="no JSON"):
        page_of_json(text.encode(), "page.json")


@pytest.mark.parametrize(
    ("address", "is_kept"),
    [
        ("https://mlflow.example/#/experiments/1", True),
        ("https://mlflow.example.evil.example/", False),
        ("https://evil.example/https://mlflow.example/", False),
        ("http://mlflow.example/", False),
        ("https://mlflow.example/team/../../evil/", False),
        ("https://mlflow.example/team/%2E%2e/evil", False),
        ("https://mlflow.example/team/..", False),
        ("https://mlflow.example/team/a..b/1", True),
        ("javascript:alert(1)", False),
        ("#/experiments/1", False),
    ],
)
def test_only_links_to_known_places_are_kept(address: str, is_kept: bool) -> None:
    page = replace(pages.promoted(), links=(Link("look here", address),))
    kept = with_links_to(page, ("https://mlflow.example/", "")).links

    assert bool(kept) is is_kept


@pytest.mark.parametrize("homes", [(), ("",), ("https://",), ("https://mlflow.example",), ("/",)])
def test_a_place_that_is_not_set_allows_no_link(homes: tuple[str, ...]) -> None:
    assert with_links_to(pages.promoted(), homes).links == ()


def test_the_comment_is_the_page_and_who_judged_it() -> None:
    page = pages.rejected()
    text = comment_of(page, Judged("a1" * 20, RUN, is_fork=True))

    assert text.startswith(markdown(page, COMMENT_LIMIT - 1_000))
    assert f"Judged at a1a1a1a1a1a1 [in this run]({RUN})." in text
    assert "not recorded" in text


def test_the_comment_of_an_endless_page_still_fits() -> None:
    page = replace(pages.rejected(), because="x" * 100_000, override="y" * 100_000)
    many = replace(page, incomparable=tuple(f"metric {number}" * 20 for number in range(800)))

    assert len(comment_of(many, Judged("a1" * 20, RUN, is_fork=False))) <= COMMENT_LIMIT - 200


def test_a_run_without_verdict_says_so() -> None:
    text = comment_without_verdict(Judged("a1" * 20, RUN, is_fork=False))

    assert text.startswith("# NO VERDICT\n")
    assert RUN in text
