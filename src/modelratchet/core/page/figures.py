"""How numbers are written on the page: the same everywhere, so that columns align."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """A metric's value.

    >>> number(0.70312), number(48213.77)
    ('0.7031', '48,213.8')
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    if value and abs(value) < 0.00005:
        return f"{value:.1e}"
    return f"{value:.4f}" if abs(value) < 1000 else f"{value:,.1f}"


def gain(value: float) -> str:
    """A difference, with its sign.

    >>> gain(0.0012)
    '+0.0012'
    """
    text = number(value)
    return f"+{text}" if value >= 0 else text


def span(low: float, high: float) -> str:
    """An interval of differences.

    >>> span(-0.004, 0.006)
    '-0.0040 to +0.0060'
    """
    return f"{gain(low)} to {gain(high)}"


def share(value: float) -> str:
    """A share as a percentage.

    >>> share(0.0312), share(0.5)
    ('3.12 %', '50 %')
    """
    return f"{value * 100:.3g} %"


def milliseconds(value: float) -> str:
    """A time, three digits of it.

    >>> milliseconds(0.02345), milliseconds(1250.0)
    ('0.0235 ms', '1.25 s')
    """
    return f"{value / 1000:.3g} s" if value >= 1000 else f"{value:.3g} ms"


def size(n_bytes: float) -> str:
    """A size in decimal units.

    >>> size(1_450_000)
    '1.45 MB'
    """
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if n_bytes >= factor:
            return f"{n_bytes / factor:.3g} {unit}"
    return f"{n_bytes:g} B"


def plural(count: int, noun: str) -> str:
    """A count with its noun.

    >>> plural(1, "row"), plural(4283, "row")
    ('1 row', '4,283 rows')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
