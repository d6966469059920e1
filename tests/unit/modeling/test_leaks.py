"""What counts as giving the label away, and what does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from modelratchet.modeling.leaks import class_disclosure, number_disclosure

N = 400
GENERATOR = np.random.default_rng(3)
LABEL = pd.Series(GENERATOR.choice(["no", "yes"], N, p=[0.8, 0.2]))
THREE = pd.Series(GENERATOR.choice(["a", "b", "c"], N))
IS_YES = (LABEL == "yes").to_numpy()
NUMBER = pd.Series(GENERATOR.normal(size=N))
NOISE = GENERATOR.normal(size=N)


def with_faults(values: np.ndarray, count: int) -> pd.Series:
    changed = pd.Series(values.copy())
    changed.iloc[:count] = np.roll(np.unique(values), 1)[np.searchsorted(np.unique(values), changed.iloc[:count])]
    return changed


LEAKS = {
    "the label itself": (LABEL, LABEL),
    "the label as number": (pd.Series(IS_YES.astype("float64")), pd.Series(IS_YES.astype(int).astype(str))),
    "another name for it": (LABEL.map({"no": "on time", "yes": "late"}), LABEL),
    "several values for a class": (LABEL + pd.Series(GENERATOR.integers(0, 5, N).astype(str)), LABEL),
    "a number that parts it": (pd.Series(np.where(IS_YES, 5 + NOISE.clip(-2, 2), -5 + NOISE.clip(-2, 2))), LABEL),
    "missing for one class": (pd.Series(np.where(IS_YES, np.nan, NOISE)), LABEL),
    "a number that parts three": (THREE.map({"c": 0.0, "a": 10.0, "b": 20.0}) + NOISE.clip(-3, 3), THREE),
}
NO_LEAKS = {
    "noise": (pd.Series(NOISE), LABEL),
    "an identifier": (pd.Series([f"id{n}" for n in range(N)]), LABEL),
    "a category of two rows each": (pd.Series([f"id{n // 2}" for n in range(N)]), LABEL),
    "a strong feature": (pd.Series(IS_YES * 1.5 + NOISE), LABEL),
    "a constant": (pd.Series(["x"] * N), LABEL),
    "too few rows": (pd.Series([1.0, 2.0, 3.0, 4.0]), pd.Series(["a", "a", "b", "b"])),
    "too few rare rows": (pd.Series(np.arange(N, dtype=float)), pd.Series(["a"] * (N - 2) + ["b"] * 2)),
}


@pytest.mark.parametrize(("feature", "label"), LEAKS.values(), ids=list(LEAKS))
def test_feature_that_tells_the_class_gives_it_away_wholly(feature: pd.Series, label: pd.Series) -> None:
    assert class_disclosure(feature, label).share == 1.0


@pytest.mark.parametrize(("feature", "label"), NO_LEAKS.values(), ids=list(NO_LEAKS))
def test_other_features_give_away_less_than_all(feature: pd.Series, label: pd.Series) -> None:
    assert class_disclosure(feature, label).share < 0.95


def test_share_counts_the_rows_that_a_leak_misses() -> None:
    assert class_disclosure(with_faults(LABEL.to_numpy(), 4), LABEL).share == pytest.approx(1 - 4 / N)
    numbers = pd.Series(np.where(IS_YES, 5.0, -5.0) + NOISE.clip(-2, 2))
    numbers.iloc[:4] = -numbers.iloc[:4]
    assert class_disclosure(numbers, LABEL).share >= 1 - 4 / N


def test_rare_class_alone_is_no_leak_however_large_the_tolerance() -> None:
    label = pd.Series(["b"] * 10 + ["a"] * 990)

    assert class_disclosure(pd.Series(["x"] * 1000), label).share == 0.0


@pytest.mark.parametrize(
    "feature",
    [NUMBER, NUMBER.astype("float32").astype("float64"), 3 - 2 * NUMBER, np.exp(NUMBER)],
    ids=["equal", "equal in float32", "a straight line", "the same order"],
)
def test_feature_that_tells_the_number_gives_it_away_wholly(feature: pd.Series) -> None:
    assert number_disclosure(feature, NUMBER).share == 1.0


def test_category_with_one_number_each_gives_it_away() -> None:
    town = pd.Series(GENERATOR.choice(["a", "b", "c", "d", "e", "f"], N))

    assert number_disclosure(town, town.map(dict(zip("abcdef", range(6), strict=True)))).share == 1.0


@pytest.mark.parametrize(
    "feature",
    [pd.Series(NOISE), NUMBER + 0.1 * NOISE, pd.Series([f"id{n}" for n in range(N)]), pd.Series(np.nan, range(N))],
    ids=["noise", "a strong feature", "an identifier", "empty"],
)
def test_other_features_do_not_give_the_number_away(feature: pd.Series) -> None:
    assert number_disclosure(feature, NUMBER).share < 0.5
