"""Rows of scikit-learn's wine: three cultivars, told by what a laboratory measured. Stands for a multiclass project."""

from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_wine


def rows() -> pd.DataFrame:
    """178 wines, one row each, numbered as scikit-learn has them."""
    data = load_wine(as_frame=True)
    frame = data.frame.rename(columns={"od280/od315_of_diluted_wines": "dilution", "target": "cultivar"})
    names = dict(enumerate(data.target_names))
    return frame.assign(
        cultivar=frame["cultivar"].map(names), wine=[f"wine-{number:03d}" for number in range(len(frame))]
    )
