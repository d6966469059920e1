"""How far two bundles agree on the same rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """Two bundles' answers to the same rows: the largest difference of any score, and the rows with another label."""

    n_rows: int
    largest_difference: float
    changed_labels: int
