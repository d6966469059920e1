"""Faults of settings that name columns which ingest drops, or blocks that DVC watches and does not find. Part of `config.cross_checks`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modelratchet.core.tasks import Task

Raw = Mapping[str, Any]

# `params:` of dvc.yaml names them; DVC fails on one that is not in the file, whatever its default is
_WATCHED_BLOCKS = ("check_data", "parity", "compare", "latency")


def column_faults(data: Raw) -> Iterator[str]:
    """Yield one line for each setting that names a column which the rows will not have, or that has no meaning for the task."""
    columns = _block(data, "columns")
    kept = {*_names(columns, "categorical"), *_names(columns, "kept")}
    cluster = _block(data, "compare").get("cluster")
    named = kept | {*_names(columns, "numeric"), *(columns.get(role) for role in ("label", "key", "time"))}
    if columns and isinstance(cluster, str) and cluster not in named:
        yield f"compare.cluster: found {cluster!r}, which ingest drops; name it under columns.kept"
    for name in _names(_block(data, "evaluate"), "groups"):
        if columns and name not in kept:
            yield f"evaluate.groups: found {name!r}; expected one of columns.categorical or columns.kept"
    if data.get("task") == Task.REGRESSION and _names(_block(data, "evaluate"), "groups"):
        yield "evaluate.groups: a regression has no rates to compare between groups; leave it empty"
    if columns:
        yield from _redacted_faults(data)


def watched_faults(data: Raw) -> Iterator[str]:
    """Yield one line for each block or key that DVC watches and the file lacks."""
    for name in _WATCHED_BLOCKS:
        if name not in data:
            yield f"{name}: missing; all of it has defaults, but DVC watches the block: write `{name}: {{}}`"
    if "seed" not in data:
        yield "seed: missing; it has a default, but DVC watches the key: write `seed: 20130101`"
    if "gate" in data and "maximum_latency_ratio" not in _block(data, "gate"):
        yield "gate.maximum_latency_ratio: missing; it has a default, but DVC watches the key: write `maximum_latency_ratio: 1.05`"


def _redacted_faults(data: Raw) -> Iterator[str]:
    """Yield one line for each redacted column that is no feature: a misspelt one would be logged."""
    columns = _block(data, "columns")
    features = [*_names(columns, "numeric"), *_names(columns, "categorical")]
    for name in _names(_block(_block(data, "serving"), "log"), "redact"):
        if name not in features:
            yield f"serving.log.redact: found {name!r}, which is no feature; expected one of {', '.join(features)}"


def _names(block: Raw, key: str) -> list[str]:
    names = block.get(key)
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _block(data: Raw, name: str) -> Raw:
    block = data.get(name)
    return block if isinstance(block, Mapping) else {}
