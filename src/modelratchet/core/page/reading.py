"""A page that came as JSON from somewhere else, a pull request's run most of all: believed only in its form, never in its texts.

What it says goes through the same renderers as a page of our own, which escape every text (`escaping`). `usecases.comment` calls it.
"""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import replace
from typing import Any, NoReturn

from modelratchet.core.formats import from_document
from modelratchet.core.links import Link
from modelratchet.core.page.model import Gain, Page
from modelratchet.errors import EvidenceError

_MOST = sys.float_info.max
_HOME = re.compile(r"https?://[^/\s]+/(?:\S*/)?")
_UP = re.compile(r"[/\\](?:\.|%2e){1,2}(?=[/\\?#]|$)", re.IGNORECASE)
"""A step up, or none, in an address: a browser takes it before it asks. Source: WHATWG, "URL", section "path state"."""


def page_of_json(data: bytes, source: str) -> Page:
    """Read what `json_page` wrote. Law: `page_of_json(json_page(page).encode(), ...)` equals `page`, but for findings' numbers that are none.

    Args:
        data: the file's bytes; the caller has looked at their number.
        source: where they came from, for messages.

    Raises:
        EvidenceError: it is no page of the form that this release writes.
    """
    try:
        document = json.loads(data.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, or nested beyond all reason
        raise EvidenceError(f"{source} holds no JSON") from error
    page = from_document(Page, _finite(document), source)
    return replace(page, gains=tuple(_with_open_ends(gain) for gain in page.gains))


def with_links_to(page: Page, homes: tuple[str, ...]) -> Page:
    """The page without links that lead elsewhere than to these places.

    Args:
        page: of somebody who may want a reader to follow them.
        homes: beginnings of addresses, each with a host and up to a slash; any other counts for nothing.
    """
    known = tuple(home for home in homes if _HOME.fullmatch(home))
    return replace(page, links=tuple(link for link in page.links if _leads(link, known)))


def _leads(link: Link, homes: tuple[str, ...]) -> bool:
    return bool(homes) and link.address.startswith(homes) and not _UP.search(link.address)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(document: Any) -> Any:
    """`json_page` writes null for what is infinite or no number: put back what the record can hold."""
    if not isinstance(document, dict):
        return document
    gains, findings = document.get("gains"), document.get("findings")
    return {
        **document,
        "gains": [_gain(item) for item in gains] if isinstance(gains, list) else gains,
        "findings": [_finding(item) for item in findings] if isinstance(findings, list) else findings,
    }


def _gain(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    ends = {"low": -_MOST, "high": _MOST}
    return {**item, **{name: end for name, end in ends.items() if name in item and item[name] is None}}


def _finding(item: Any) -> Any:
    if not isinstance(item, dict) or not isinstance(item.get("numbers"), dict):
        return item
    return {**item, "numbers": {name: value for name, value in item["numbers"].items() if value is not None}}


def _with_open_ends(gain: Gain) -> Gain:
    low = -math.inf if gain.low == -_MOST else gain.low
    return replace(gain, low=low, high=math.inf if gain.high == _MOST else gain.high)
