"""Addresses that say what they were asked for."""

from __future__ import annotations

from modelratchet.core.links import Link
from modelratchet.usecases.ports.registry import RunPlace


class FakeRunAddresses:
    """The port `RunAddresses`."""

    def links(self, run: RunPlace, champion: RunPlace | None) -> tuple[Link, ...]:
        return (Link("runs", f"https://runs.example/{run.run_id}/{champion.run_id if champion else ''}"),)

    def links_within(self, run: RunPlace, champion: RunPlace | None) -> tuple[Link, ...]:
        return (Link("runs", f"#/{run.run_id}/{champion.run_id if champion else ''}"),)
