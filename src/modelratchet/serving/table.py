"""The table of routes of one server: the pages for people and every protocol. `entry` gives it to the application."""

from __future__ import annotations

from modelratchet.serving.codings import uncoded
from modelratchet.serving.crowds import guarded, most_values
from modelratchet.serving.docs_page import docs_routes
from modelratchet.serving.exchange import PredictionRoute
from modelratchet.serving.openapi import AnyRoute
from modelratchet.serving.page import page_routes
from modelratchet.serving.protocols import all_routes
from modelratchet.serving.served import Served


def table_of(served: Served) -> list[AnyRoute]:
    """Every route of ours; the protocols' come last and win, since a deployer may have chosen their paths."""
    table: list[AnyRoute] = []
    maximum = most_values(len(served.schema.columns), served.settings.maximum_rows)
    protocols = [
        uncoded(guarded(route, maximum)) if isinstance(route, PredictionRoute) else route
        for route in all_routes(served)
    ]
    table += (*page_routes(served), *docs_routes(lambda: table, served), *protocols)
    return table
