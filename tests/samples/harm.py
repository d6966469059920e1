"""What poison may not do to an answer."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from modelratchet.serving.problems import MEDIA_TYPE
from tests.samples.served import Answered


def harm(answered: Answered, asked: bytes, *, is_prediction: bool) -> str:
    """What is wrong with an answer to a poisoned request; empty when nothing is.

    Args:
        answered: with names of headers in lower case; the body of one to HEAD is not looked at.
        asked: the body of the request, where it is said to be JSON alone; else empty.
        is_prediction: whether the route answers rows.
    """
    status, headers, body = answered
    if status >= 500:
        return f"status {status}"
    if not headers.get("x-request-id") or not headers.get("x-model-version"):
        return "no request id or version"
    if status >= 400:
        return _harm_of_refusal(status, headers, body)
    if status != 200 or not is_prediction:
        return ""
    return _harm_of_answer(headers, body) or (_wrong_json(asked) if asked else "")


def _harm_of_refusal(status: int, headers: Mapping[str, str], body: bytes) -> str:
    if headers["content-type"] != MEDIA_TYPE:
        return f"a refusal as {headers['content-type']}"
    problem = json.loads(body)
    if (problem["status"], problem["request_id"]) != (status, headers["x-request-id"]):
        return "the problem document speaks of something else"
    return "" if problem["detail"] and problem["title"] else "a refusal that says nothing"


def _harm_of_answer(headers: Mapping[str, str], body: bytes) -> str:
    if not headers["content-type"].startswith("application/json"):
        return (
            ""
            if body and b"nan" not in body.lower() and b"inf" not in body.lower()
            else f"an empty answer: {body[:100]!r}"
        )
    values = list(_leaves(json.loads(body)))
    numbers = [value for value in values if isinstance(value, float)]
    if None in values or not all(map(math.isfinite, numbers)) or not numbers:
        return f"a null answer: {body[:200]!r}"
    return ""


def _wrong_json(asked: bytes) -> str:
    """Another reader than the server's own says whether what was answered should have been refused."""
    try:
        json.loads(asked.decode(), object_pairs_hook=_distinct, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return f"answered what is no JSON: {error}, {asked[:200]!r}"
    return ""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a member stands twice")
    return dict(pairs)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _leaves(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _leaves(child)
    else:
        yield node
