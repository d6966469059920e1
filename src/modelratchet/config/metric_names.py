"""Names of metrics in settings."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from modelratchet.core.metrics import METRICS


def refuse_unknown_metrics(names: Iterable[object]) -> None:
    """Name those that are no metric.

    Raises:
        ValueError: which pydantic reports with the key.
    """
    unknown = sorted(str(name) for name in names if name not in METRICS)
    if unknown:
        close = difflib.get_close_matches(unknown[0], METRICS, n=1, cutoff=0.4)
        meant = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(f"found {', '.join(map(repr, unknown))}; expected one of {', '.join(METRICS)}{meant}")
