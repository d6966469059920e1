"""Faults between blocks of `params.yaml`: settings that are each right and do not go together. Called by `config.reading`.

They work on the raw data and look only at what is there, so that they are found along with all other faults. What is wrong with
the gate's policy alone is in `config.policy_checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modelratchet.config.column_checks import column_faults
from modelratchet.config.policy_checks import policy_faults
from modelratchet.config.retraining import retrain_faults
from modelratchet.core.metrics import METRICS, metrics_for
from modelratchet.core.registry_names import LEDGER_SUFFIX
from modelratchet.core.tasks import Task

Raw = Mapping[str, Any]


def cross_faults(data: Raw) -> Iterator[str]:
    """Yield one line for each pair of settings that do not fit together."""
    yield from _name_of_a_ledger(data)
    yield from _metrics_that_do_not_fit_the_task(data)
    yield from _limits_that_do_not_fit_the_task(data)
    yield from _slices_that_are_not_categorical(data)
    yield from _columns_that_the_split_lacks(data)
    yield from _window_without_times(data)
    yield from retrain_faults(data)
    yield from column_faults(data)
    yield from _limits_that_nothing_measures(data)
    yield from policy_faults(block(data, "gate"), block(data, "evaluate").get("primary"))


def block(data: Raw, name: str) -> Raw:
    """That block, or an empty one where there is none."""
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _name_of_a_ledger(data: Raw) -> Iterator[str]:
    if str(data.get("model", "")).endswith(LEDGER_SUFFIX):
        yield f"model: found {data['model']!r}; names that end in {LEDGER_SUFFIX} are kept for ledgers"


def _metrics_that_do_not_fit_the_task(data: Raw) -> Iterator[str]:
    if data.get("task") not in set(Task):
        return
    allowed = [metric.name for metric in metrics_for(Task(data["task"]))]
    named = [("evaluate.primary", block(data, "evaluate").get("primary"))]
    named += [(f"gate.{key}", name) for key in ("floors", "guards") for name in block(block(data, "gate"), key)]
    for where, name in named:
        if name in METRICS and name not in allowed:
            yield f"{where}: found {name!r}; a {data['task']} task has {', '.join(allowed)}"


def _limits_that_do_not_fit_the_task(data: Raw) -> Iterator[str]:
    if data.get("task") == Task.REGRESSION:
        for name in ("maximum_calibration_error", "maximum_churn", "maximum_group_gap"):
            if block(data, "gate").get(name) is not None:
                yield f"gate.{name}: found {block(data, 'gate')[name]}; a regression answers with no classes, expected none"


def _slices_that_are_not_categorical(data: Raw) -> Iterator[str]:
    slices, categorical = block(data, "evaluate").get("slices"), block(data, "columns").get("categorical")
    if isinstance(slices, list) and isinstance(categorical, list):
        for name in slices:
            if name not in categorical:
                yield f"evaluate.slices: found {name!r}; expected one of columns.categorical: {', '.join(map(str, categorical))}"


def _columns_that_the_split_lacks(data: Raw) -> Iterator[str]:
    method = block(data, "split").get("method")
    needed = {"time": "time", "hash": "key"}.get(str(method))
    if needed and "columns" in data and block(data, "columns").get(needed) is None:
        yield f"columns.{needed}: missing, split.method {method} needs it"


def _window_without_times(data: Raw) -> Iterator[str]:
    ingest = block(data, "ingest")
    if "columns" in data and block(data, "columns").get("time") is None:
        for name in ("since", "until"):
            if ingest.get(name) is not None:
                yield f"ingest.{name}: set, but columns.time is missing, which tells when a row came to be"


def _limits_that_nothing_measures(data: Raw) -> Iterator[str]:
    gate = block(data, "gate")
    if gate.get("maximum_group_gap") is not None and not block(data, "evaluate").get("groups"):
        yield "gate.maximum_group_gap: set, but evaluate.groups names no column to look for groups in"
    if block(data, "latency").get("server") is False:
        for name in ("maximum_memory_mb", "maximum_start_s"):
            if gate.get(name) is not None:
                yield f"gate.{name}: set, but latency.server is false and only a server shows it"
