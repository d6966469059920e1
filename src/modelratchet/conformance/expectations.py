"""One thing that a protocol promises, and how to ask for it; and the questions that several protocols share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelratchet.conformance.answers import Scored, from_flat, same
from modelratchet.conformance.endpoint import Heard
from modelratchet.conformance.results import Found
from modelratchet.conformance.subject import Subject

JSON = "application/json"
SAME = "the same numbers"

Question = Callable[[Subject], Found]


@dataclass(frozen=True)
class Expectation:
    """A line of the table before it is asked."""

    check: str
    expected: str
    ask: Question


@dataclass(frozen=True)
class Protocol:
    """A row of the table of protocols.

    `is_offered` asks whether the server speaks it at all. `score` is its plainest way to answer rows, by which a reference for all others is found.
    """

    name: str
    is_offered: Callable[[Subject], bool]
    expectations: Callable[[Subject], Sequence[Expectation]]
    score: Callable[[Subject, Sequence[Mapping[str, Any]]], list[Scored]] | None = None


def post_json(subject: Subject, path: str, document: Any, headers: Mapping[str, str] | None = None) -> Heard:
    """A body of JSON."""
    sent = {"content-type": JSON, **(headers or {})}
    return subject.endpoint.call("POST", path, json.dumps(document).encode(), sent)


def is_there(subject: Subject, method: str, path: str) -> bool:
    """Whether anything is served there for this method, whatever it thinks of an empty body."""
    headers = {"content-type": JSON} if method == "POST" else {}
    return subject.endpoint.call(method, path, b"{}" if method == "POST" else b"", headers).status not in (
        404,
        405,
        501,
    )


def healthy(path: str) -> Expectation:
    """A probe's path."""

    def ask(subject: Subject) -> Found:
        heard = subject.endpoint.call("GET", path)
        return Found(heard.status == 200, str(heard.status))

    return Expectation(f"GET {path}", "200", ask)


def flat_predictions(heard: Heard, subject: Subject) -> list[Scored]:
    """Of an envelope `{"predictions": […]}`.

    Raises:
        ValueError: it is another answer.
    """
    if heard.status != 200:
        raise ValueError(heard.said)
    return from_flat(heard.document["predictions"], subject.schema)


def scored_alike(path: str, check: str, document: Callable[[Subject], Any]) -> Expectation:
    """A body of JSON whose answer is an envelope with the reference's numbers."""

    def ask(subject: Subject) -> Found:
        return same(flat_predictions(post_json(subject, path, document(subject)), subject), subject.reference)

    return Expectation(f"POST {path}: {check}", SAME, ask)


def refused(path: str, check: str, body: bytes, content_type: str = JSON, status: int | None = None) -> Expectation:
    """A body that has to be answered with a 4xx, or with exactly one."""

    def ask(subject: Subject) -> Found:
        heard = subject.endpoint.call("POST", path, body, {"content-type": content_type})
        is_right = heard.status == status if status else 400 <= heard.status < 500
        return Found(is_right, heard.said)

    return Expectation(f"POST {path}: {check}", str(status or "4xx"), ask)
