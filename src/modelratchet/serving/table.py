"""The table of routes of one server: the pages for people and every protocol. `entry` gives it to the application."""

from __future__ import annotations

from modelratchet.serving.docs_page import docs_routes
from modelratchet.serving.openapi import AnyRoute
from modelratchet.serving.page import page_routes
from modelratchet.serving.protocols import all_routes
from modelratchet.serving.served import Served


def table_of(served: Served) -> list[AnyRoute]:
    """Every route of ours; the protocols' come last and win, since a deployer may have chosen their paths."""
    table: list[AnyRoute] = []
    table += (*page_routes(served), *docs_routes(lambda: table, served), *all_routes(served))
    return table
