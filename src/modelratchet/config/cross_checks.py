"""Faults between blocks of `params.yaml`: settings that are each right and do not go together.

They work on the raw data and look only at what is there, so that they are found along with all other faults.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modelratchet.config.column_checks import column_faults, watched_faults
from modelratchet.core.metrics import METRICS, metrics_for
from modelratchet.core.tasks import Task

Raw = Mapping[str, Any]


def cross_faults(data: Raw) -> Iterator[str]:
    """Yield one line for each pair of settings that do not fit together."""
    yield from _metrics_that_do_not_fit_the_task(data)
    yield from _slices_that_are_not_categorical(data)
    yield from _columns_that_the_split_lacks(data)
    yield from column_faults(data)
    yield from watched_faults(data)


def _metrics_that_do_not_fit_the_task(data: Raw) -> Iterator[str]:
    if data.get("task") not in set(Task):
        return
    allowed = [metric.name for metric in metrics_for(Task(data["task"]))]
    named = [("evaluate.primary", _block(data, "evaluate").get("primary"))]
    named += [("gate.floors", name) for name in _block(_block(data, "gate"), "floors")]
    for where, name in named:
        if name in METRICS and name not in allowed:
            yield f"{where}: found {name!r}; a {data['task']} task has {', '.join(allowed)}"


def _slices_that_are_not_categorical(data: Raw) -> Iterator[str]:
    slices, categorical = _block(data, "evaluate").get("slices"), _block(data, "columns").get("categorical")
    if isinstance(slices, list) and isinstance(categorical, list):
        for name in slices:
            if name not in categorical:
                yield f"evaluate.slices: found {name!r}; expected one of columns.categorical: {', '.join(map(str, categorical))}"


def _columns_that_the_split_lacks(data: Raw) -> Iterator[str]:
    method = _block(data, "split").get("method")
    needed = {"time": "time", "hash": "key"}.get(str(method))
    if needed and "columns" in data and _block(data, "columns").get(needed) is None:
        yield f"columns.{needed}: missing, split.method {method} needs it"


def _block(data: Raw, name: str) -> Raw:
    block = data.get(name)
    return block if isinstance(block, Mapping) else {}
