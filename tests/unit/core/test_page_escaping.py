"""Text from data, settings and the registry stays text, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelratchet.core.links import Link
from modelratchet.core.page.escaping import for_html, for_markdown, for_markdown_line, web_address
from modelratchet.core.page.html_page import html_page
from modelratchet.core.page.markdown import COMMENT_LIMIT, NOTE_LIMIT, markdown, note
from modelratchet.core.page.model import Page
from modelratchet.core.plain_text import plain
from tests.samples import pages

ALLOWED: dict[str, set[str]] = {
    "html": {"lang"}, "head": set(), "meta": {"charset", "http-equiv", "content", "name"}, "link": {"rel", "href"}, "title": set(), "style": set(),
    "body": set(), "main": set(), "header": {"class"}, "section": {"id"}, "h1": set(), "h2": set(), "p": {"class"}, "div": {"class"}, "span": {"class"},
    "strong": set(), "table": set(), "thead": set(), "tbody": set(), "tr": set(), "th": {"scope", "class"}, "td": {"class"}, "code": set(),
    "details": set(), "summary": set(), "ul": set(), "li": set(), "a": {"href", "rel"},
    "svg": {"class", "role", "aria-label", "width", "height"}, "rect": {"class", "x", "y", "width", "height"},
    "line": {"class", "x1", "y1", "x2", "y2"}, "circle": {"class", "cx", "cy", "r"},
}  # fmt: skip
OURS = re.compile(r"https://(mlflow|git)\.example/|data:,$")
HOSTILE = [
    "<script>alert(1)</script>", "<p class=evil>x</p>", '</p><p class="evil">x', "<img src=x onerror=y>", '"><svg onload=z>', "[x](http://evil.example)", "![x](http://evil.example/p.png)",
    "@octocat", "#123", "org/repo#5", "GH-7", "`code`", "a|b", "\n# heading", "- [ ] task", "1. list", "http://evil.example", "www.evil.example",
    "mail@evil.example", ":tada:", "$x$", "**bold**", "_it_", "~~gone~~", "&lt;script&gt;", "\u202egnp.exe", "</details>", "```", "<!-- -->",
    "\x00\x1b[31m", "\ud800", "x" * 5000, "javascript:alert(1)",
]  # fmt: skip
texts = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=60), st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join)
)


def poisoned(value: Any, draw: Iterator[str]) -> Any:
    """The record with every free text in it replaced; enums, numbers and addresses of links stay."""
    if isinstance(value, Link):
        return value
    if isinstance(value, str) and not isinstance(value, Enum):
        return next(draw)
    if isinstance(value, tuple):
        return tuple(poisoned(item, draw) for item in value)
    if isinstance(value, dict):
        return {f"{next(draw)} {number}": poisoned(item, draw) for number, item in enumerate(value.values())}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: poisoned(getattr(value, field.name), draw) for field in fields(value)})
    return value


class Collector(HTMLParser):
    """All tags with their attributes, and what stands between style tags."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.comments: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


@given(st.lists(texts, min_size=7, max_size=7))
@settings(max_examples=60, deadline=None)
def test_no_text_becomes_a_tag_or_an_attribute_of_the_html(drawn: list[str]) -> None:
    page: Page = poisoned(pages.rejected("x"), _forever(drawn))

    found = Collector(html_page(page))

    assert found.comments == []
    for tag, attributes in found.tags:
        assert tag in ALLOWED
        assert set(attributes) <= ALLOWED[tag]
        assert OURS.match(attributes.get("href") or "data:,")
        assert "evil" not in (attributes.get("class") or "")


@given(st.lists(texts, min_size=7, max_size=7))
@settings(max_examples=60, deadline=None)
def test_no_text_becomes_markup_of_the_markdown(drawn: list[str]) -> None:
    page: Page = poisoned(pages.rejected("x"), _forever(drawn))

    for text, limit in ((markdown(page), COMMENT_LIMIT), (note(page), NOTE_LIMIT)):
        assert len(text) <= limit
        outside = re.sub(r"```text\n.*?\n```", "", text, flags=re.DOTALL)
        outside = re.sub(r"(?<=\| )`[^`\n]*`(?= \|)", "", outside)
        bare = re.sub(r"</?details>|</?summary>|`ratchet gate report --format html`", "", outside)
        assert not re.search(r"[<>`$~\\]|!\[", bare)
        assert not re.search(
            r"@\w|#\w|(?<!&)#\d|:\w+:|://(?!(mlflow|git)\.example/)|www\.|GH-\d",
            re.sub(r"&#\d+;", "\u200b", bare),
            re.IGNORECASE,
        )
        assert all(
            address.startswith(("https://mlflow.example/", "https://git.example/"))
            for address in re.findall(r"\]\(([^)]*)\)", bare)
        )
        tables = [line for line in outside.splitlines() if line.startswith("|")]
        assert all(line.endswith("|") for line in tables)


@given(texts)
def test_plain_text_is_one_visible_line(text: str) -> None:
    shown = plain(text)

    assert "\n" not in shown
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x1f\x7f]", shown)
    shown.encode("utf-8")


@pytest.mark.parametrize("text", ["# no", "- no", "1. no", "+ no", "> no", "* no", "---", "- - -"])
def test_no_line_begins_a_list_a_heading_a_quote_or_is_a_rule(text: str) -> None:
    assert not re.match(r"[#\-+>*]|\d+[.)]\s", for_markdown_line(text))


def test_ordinary_text_is_left_alone() -> None:
    assert for_markdown("roc_auc +0.0021, 95 % of carrier UA (9E)") == "roc_auc +0.0021, 95 % of carrier UA (9E)"
    assert for_html("carrier = B6") == "carrier = B6"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", 'https://a/"onclick=', "https://a/(b)", "https://u:p@a/", "http://a b/", "file:///etc"])  # fmt: skip
def test_addresses_of_another_kind_are_not_linked(address: str) -> None:
    page = replace(pages.promoted(), links=(Link("x", address),))

    assert web_address(address) is None
    assert address not in markdown(page)
    assert "<a " not in html_page(page)


def _forever(drawn: list[str]) -> Iterator[str]:
    while True:
        yield from drawn
