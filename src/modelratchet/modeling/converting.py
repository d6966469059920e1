"""One column at a time from whatever a source gave to the form that rows are stored in, with what is wrong with it.

Numbers become float32, categories and keys `str` with the empty string for a missing one, times naive timestamps in
microseconds. A time with a zone is turned to UTC; a time without one is taken as it stands. The rule for both: a
moment without a zone counts as UTC wherever it meets one that has a zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from modelratchet.modeling.frames import as_category

SAMPLE = 5
TIME_TYPE = "datetime64[us]"


@dataclass(frozen=True)
class Converted:
    """A column in stored form, and one line for each fault. With faults, `values` are of no use."""

    values: pd.Series
    faults: tuple[str, ...] = ()


def as_numbers(column: pd.Series) -> Converted:
    """Read numbers, numbers written as text, and booleans; missing values become NaN.

    Text of blanks only counts as missing. Faults: values that are no numbers, values beyond float32, nothing but missing ones.
    """
    found = _plain(column)
    if pd.api.types.is_datetime64_any_dtype(found) or pd.api.types.is_timedelta64_dtype(found):
        return _failed(column, f"{found.dtype} is no number; make a number of it in rows(), or leave it out")
    if pd.api.types.is_bool_dtype(found):
        found = found.astype("float64")
    numbers = pd.to_numeric(found, errors="coerce").astype("float64")
    is_missing = found.isna() | (numbers.isna() & _blank(found))
    wrong = numbers.isna() & ~is_missing
    if wrong.any():
        return _failed(
            column, f"{describe(found, wrong)} are no numbers; mend them, or name it under columns.categorical"
        )
    if is_missing.all():
        return _failed(column, "is empty in every row")
    with np.errstate(over="ignore"):
        stored = numbers.astype("float32")
    infinite = pd.Series(np.isinf(stored.to_numpy()), index=stored.index)
    if infinite.any():
        return _failed(column, f"{describe(found, infinite)} are infinite or beyond float32 (3.4e38)")
    return Converted(stored)


def as_texts(column: pd.Series) -> Converted:
    """Read categories as text; missing values become the empty string. Fault: nothing but missing ones."""
    found = _plain(column)
    nested = _nested(found)
    if nested.any():
        return _failed(column, f"{describe(found, nested)} are lists or objects, expected plain values")
    texts = as_category(found)
    return _failed(column, "is empty in every row") if (texts == "").all() else Converted(texts)


def as_keys(column: pd.Series) -> Converted:
    """Read keys as text. Faults: missing and repeated ones."""
    texts = as_texts(column)
    if texts.faults:
        return texts
    faults = []
    missing = texts.values == ""
    if missing.any():
        faults.append(f"the key is missing in {_share(missing)}")
    repeated = texts.values.duplicated() & ~missing
    if repeated.any():
        faults.append(
            f"the key names more than one row: {describe(texts.values, repeated)} repeat an earlier one; make keys unique or drop "
            "the doubled rows"
        )
    return Converted(texts.values, tuple(f"column {column.name}: {fault}" for fault in faults))


def as_times(column: pd.Series) -> Converted:
    """Read timestamps or ISO 8601 text. Faults: missing ones, values that are no times, zones given for some rows only."""
    found = _plain(column)
    if pd.api.types.is_numeric_dtype(found):
        return _failed(column, f"{found.dtype} is no time; expected timestamps or text like 2013-11-01T06:15:00")
    missing = found.isna() | _blank(found)
    if missing.any():
        return _failed(column, f"the time is missing in {_share(missing)}")
    try:
        times = _parse(found)
    except (ValueError, TypeError) as error:
        return _failed(column, _time_fault(found, error))
    if times.dt.tz is not None:
        times = times.dt.tz_convert("UTC").dt.tz_localize(None)
    return Converted(times.astype(TIME_TYPE))


def describe(column: pd.Series, chosen: pd.Series) -> str:
    """Say how many values are meant, their share and the first different ones.

    >>> describe(pd.Series(["a", "1", "b"]), pd.Series([True, False, True]))
    "2 of 3 values (66.7 %), such as 'a', 'b',"
    """
    sample = list(dict.fromkeys(repr(str(value)) for value in column[chosen].head(1000)))[:SAMPLE]
    return f"{chosen.sum():,} of {len(column):,} values ({_percent(chosen)}), such as {', '.join(sample)},"


def listed(values: Iterable[str], limit: int = 10) -> str:
    """Join values for a message, cut after `limit`."""
    values = list(values)
    more = f" and {len(values) - limit} more" if len(values) > limit else ""
    return ", ".join(repr(value) for value in values[:limit]) + more


def _plain(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        dtype = column.cat.categories.dtype
        # whole numbers have no form for a missing one
        return column.astype("float64" if dtype.kind in "iub" and column.isna().any() else dtype)
    return column


def _blank(column: pd.Series) -> pd.Series:
    if not (pd.api.types.is_string_dtype(column) or column.dtype == object):
        return pd.Series(False, index=column.index)
    return column.astype("str").str.strip().eq("").fillna(False).astype(bool)


def _nested(column: pd.Series) -> pd.Series:
    if column.dtype != object:
        return pd.Series(False, index=column.index)
    return column.map(lambda value: isinstance(value, (list, tuple, dict, set, np.ndarray))).astype(bool)


def _parse(column: pd.Series) -> pd.Series:
    """Let pandas read ISO 8601 text; `utc` stays off so that naive and zoned values are told apart."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    first = pd.to_datetime(column.iloc[[0]], format="ISO8601")
    if first.dt.tz is None:
        return pd.to_datetime(column, format="ISO8601")
    zoned = pd.to_datetime(column, format="ISO8601", utc=True)
    naive = ~column.astype("str").str.contains(r"(?:Z|[+-]\d{2}:?\d{2})\s*$", regex=True)
    if naive.any():
        raise ValueError(f"{describe(column, naive)} have no zone, the others have one")
    return zoned


def _time_fault(column: pd.Series, error: Exception) -> str:
    wrong = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=True).isna()
    if wrong.any():
        return f"{describe(column, wrong)} are no times; expected timestamps or text like 2013-11-01T06:15:00"
    zoned = column.astype("str").str.contains(r"(?:Z|[+-]\d{2}:?\d{2})\s*$", regex=True)
    if zoned.any() and not zoned.all():
        return f"{describe(column, ~zoned)} have no zone, the others have one; write all with or all without"
    return f"cannot be read as times: {error}"


def _failed(column: pd.Series, fault: str) -> Converted:
    return Converted(column, (f"column {column.name}: {fault}",))


def _share(chosen: pd.Series) -> str:
    return f"{chosen.sum():,} of {len(chosen):,} rows ({_percent(chosen)})"


def _percent(chosen: pd.Series) -> str:
    share = float(chosen.mean())
    return f"{share:.1%}".replace("%", " %") if share >= 0.001 else "under 0.1 %"
