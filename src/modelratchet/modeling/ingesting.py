"""Makes the rows that every later stage works on from whatever a source gave. Pure on frames; the ingest stage calls it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import pandas as pd

from modelratchet.errors import DataError
from modelratchet.modeling.converting import Converted, as_keys, as_numbers, as_texts, as_times
from modelratchet.modeling.labels import as_labels
from modelratchet.modeling.plans import ColumnPlan


def ingest(rows: pd.DataFrame, found: Sequence[str], plan: ColumnPlan) -> pd.DataFrame:
    """Take the named columns, in their stored types and the order of `plan.names`; rows keep their order.

    Args:
        rows: what the source gave; columns that the plan does not name are ignored.
        found: names of all columns that the source has, to suggest the nearest one; may be more than `rows` holds.
        plan: what each column is for.

    Raises:
        DataError: with every fault of every column at once.
    """
    if len(rows) == 0:
        raise DataError(
            "the source gave no rows at all", hint="Look at ingest in params.yaml: the window or the file is empty."
        )
    faults = _name_faults(rows, found, plan)
    columns = {}
    for name in plan.names:
        if list(rows.columns).count(name) == 1:
            converted = _convert(rows[name], plan)
            columns[name] = converted.values
            faults += converted.faults
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise DataError(
            f"the rows have {count}:\n" + "\n".join(f"  - {fault}" for fault in faults),
            hint="Mend the rows at their source, or name other columns under `columns` in params.yaml.",
        )
    return pd.DataFrame(columns).reset_index(drop=True)


def _convert(column: pd.Series, plan: ColumnPlan) -> Converted:
    if column.name == plan.label:
        return as_labels(column, plan.task, plan.positive)
    if column.name == plan.key:
        return as_keys(column)
    if column.name == plan.time:
        return as_times(column)
    return as_numbers(column) if column.name in plan.numeric else as_texts(column)


def _name_faults(rows: pd.DataFrame, found: Sequence[str], plan: ColumnPlan) -> list[str]:
    names = [str(name) for name in found]
    faults = [_missing(name, names) for name in plan.names if name not in rows.columns]
    counts = pd.Index(rows.columns).value_counts()
    faults += [
        f"column {name}: the source has {counts[name]} of that name" for name in plan.names if counts.get(name, 0) > 1
    ]
    roles = (("key", plan.key), ("time", plan.time))
    for role, name in roles:
        if name == plan.label or name in plan.numeric or (role == "time" and name in plan.features):
            faults.append(
                f"column {name}: named as columns.{role} and for something else too; give it one use, or copy it"
            )
    if plan.key is not None and plan.key == plan.time:
        faults.append(f"column {plan.key}: named as columns.key and as columns.time; give it one use, or copy it")
    return faults


def _missing(name: str, found: list[str]) -> str:
    near = difflib.get_close_matches(name, found, n=1, cutoff=0.5)
    if near:
        return f"column {name}: not there; the nearest is {near[0]}"
    return f"column {name}: not there; the source has {', '.join(found[:20])}" + (" …" if len(found) > 20 else "")
