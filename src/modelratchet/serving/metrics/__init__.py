"""What the server counts, and how Prometheus reads it.

The hot path calls `Meter`, plain numbers and nothing else; `shared` adds up the workers of one server, `text` writes the page at each scrape.
"""

from __future__ import annotations

from modelratchet.serving.metrics.meter import Meter
from modelratchet.serving.metrics.numbers import Gauges, LogCounts, Numbers, added

__all__ = ["Gauges", "LogCounts", "Meter", "Numbers", "added"]
