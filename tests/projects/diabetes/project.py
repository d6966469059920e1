"""Rows of scikit-learn's diabetes: how far the illness goes in a year. Stands for a regression project."""

from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_diabetes


def rows() -> pd.DataFrame:
    """442 patients, one row each, numbered as scikit-learn has them; sex is a category, the rest are measurements."""
    frame = load_diabetes(as_frame=True, scaled=False).frame.rename(columns={"target": "progression"})
    sex = frame["sex"].map({1.0: "a", 2.0: "b"})
    return frame.assign(sex=sex, patient=[f"patient-{number:03d}" for number in range(len(frame))])
