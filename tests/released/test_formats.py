"""Every written format on the page of formats has golden files, or stands on a list of those that no release has written yet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq

from tests.released.loading import RELEASE_0_1
from tests.samples.projects import ROOT

Format = tuple[str, int]

NOT_RELEASED_YET: set[Format] = {
    ("modelratchet/certificate", 2),
    ("modelratchet/comparison", 3),
    ("modelratchet/decision-page", 2),
    ("modelratchet/evaluation", 3),
    ("modelratchet/evidence", 3),
    ("modelratchet/exported-standing", 2),
    ("modelratchet/image", 2),
    ("modelratchet/latency", 2),
    ("modelratchet/ledger-event", 2),
    ("modelratchet/model-tests", 2),
    ("modelratchet/parity", 2),
    ("modelratchet/receipt", 2),
    ("modelratchet/verdict", 3),
}
"""Formats, and versions of them, that came after the last release. With the next one golden files of them are made, and this is empty again."""


def test_every_format_on_the_page_has_a_golden_file() -> None:
    assert formats_on_the_page() - NOT_RELEASED_YET - set(golden_formats()) == set()


def test_every_golden_format_is_still_on_the_page_or_was_followed_by_a_later_version() -> None:
    newest: dict[str, int] = {}
    for name, version in formats_on_the_page():
        newest[name] = max(version, newest.get(name, 0))

    assert {(name, version) for name, version in golden_formats() if version > newest.get(name, 0)} == set()


def test_no_format_is_called_unreleased_that_has_a_golden_file() -> None:
    assert NOT_RELEASED_YET & set(golden_formats()) == set()


def formats_on_the_page() -> set[Format]:
    text = (ROOT / "docs" / "formats" / "README.md").read_text()
    named = {(name, int(version)) for name, version in re.findall(r"`(modelratchet/[\w-]+)` (\d+)", text)}
    # the log's two stand in a sentence of their own
    logs = {(name, 1) for name in ("modelratchet/prediction-log", "modelratchet/feedback") if f"`{name}`" in text}
    return named | logs


def golden_formats() -> Iterator[Format]:
    for path in sorted(RELEASE_0_1.rglob("*")):
        if path.suffix == ".json":
            yield from formats_in(json.loads(path.read_bytes()))
        elif path.suffix == ".parquet":
            facts = pq.read_metadata(path).metadata
            yield facts[b"format"].decode(), int(facts[b"format_version"])


def formats_in(document: Any) -> Iterator[Format]:
    """Of the document itself, and of those within it; an event of the ledger is a text within an export."""
    if isinstance(document, dict):
        if str(document.get("format", "")).startswith("modelratchet/"):
            yield document["format"], document["format_version"]
        for item in document.values():
            yield from formats_in(item)
    elif isinstance(document, list):
        for item in document:
            yield from formats_in(item)
    elif isinstance(document, str) and document.startswith('{"'):
        yield from formats_in(json.loads(document))
