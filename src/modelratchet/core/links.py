"""A link, as pages and the registry show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """An address that this program made: http(s), or a place within MLflow's own page. Others are not shown."""

    name: str
    address: str
