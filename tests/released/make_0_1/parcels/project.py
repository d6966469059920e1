"""Rows of parcels that never were: which of them come late. Made by numbers alone, the same ones each time."""

from __future__ import annotations

import numpy as np
import pandas as pd

_ROWS = 2500


def rows() -> pd.DataFrame:
    """Parcels, late the likelier the farther they go and the oftener they stop; some have no weight."""
    generator = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "parcel": [f"parcel-{number:04d}" for number in range(_ROWS)],
            "weight_kg": generator.gamma(2.0, 3.0, _ROWS).round(1),
            "distance_km": generator.integers(5, 900, _ROWS).astype(float),
            "hour": generator.integers(6, 22, _ROWS).astype(float),
            "stops": generator.integers(0, 6, _ROWS).astype(float),
            "carrier": generator.choice(["Alba", "Brisk", "Corvo"], _ROWS, p=[0.5, 0.3, 0.2]),
            "region": generator.choice(["hills", "plain"], _ROWS),
        }
    )
    pull = 0.006 * (frame["distance_km"] - 450) + 0.7 * (frame["stops"] - 2.5) + 0.9 * (frame["carrier"] == "Corvo")
    is_late = generator.random(_ROWS) < 1 / (1 + np.exp(-pull))
    frame.loc[generator.random(_ROWS) < 0.05, "weight_kg"] = np.nan
    return frame.assign(late=np.where(is_late, "yes", "no"))
