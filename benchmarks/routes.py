"""A request to every route of a server of ours, made from its own `/docs.json`: for what a worker weighs once it was asked everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Request(NamedTuple):
    """`document` is the body as JSON; None for a GET."""

    method: str
    path: str
    document: Any = None


def every_request(described: Mapping[str, Any]) -> Iterator[Request]:
    """Every GET, and every POST with each of its examples in JSON.

    Args:
        described: what `/docs.json` answers.
    """
    for path, methods in described["paths"].items():
        if "get" in methods:
            yield Request("GET", path)
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        for example in content.get("application/json", {}).get("examples", {}).values():
            yield Request("POST", path, example["value"])
