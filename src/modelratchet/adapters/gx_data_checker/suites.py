"""The user's suites: `expectations/NAME.json`, read and checked without Great Expectations, which takes seconds to import."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelratchet.errors import ConfigError

SEVERITIES = ("critical", "warning", "info")
_SUITE_KEYS = ("name", "id", "expectations", "meta", "notes")
_EXPECTATION_KEYS = ("type", "kwargs", "severity", "description", "notes", "meta", "id")


@dataclass(frozen=True)
class WrittenExpectation:
    """One expectation as its file has it."""

    type: str
    kwargs: Mapping[str, Any]
    severity: str
    description: str | None = None
    notes: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


def read_suite(folder: Path, name: str) -> tuple[WrittenExpectation, ...]:
    """Read a suite; a severity that is not given is critical, as in Great Expectations.

    Raises:
        ConfigError: it is not there (with the nearest name), is no JSON, or has faults; all of them are listed.
    """
    path = folder / f"{name}.json"
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise ConfigError("params.yaml", [f"check_data.suite: {path} is not there{_others(folder, name)}"]) from error
    except ValueError as error:
        raise ConfigError(str(path), [f"it is not JSON: {error}"]) from error
    faults = _suite_faults(content)
    if faults:
        raise ConfigError(str(path), faults, hint="docs/how-to/bring-your-own-data.md shows a suite.")
    return tuple(_written(item) for item in content["expectations"])


def _others(folder: Path, name: str) -> str:
    names = sorted(path.stem for path in folder.glob("*.json"))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; there are {', '.join(names)}" if names else "; write one by `ratchet expectations suggest NAME`"


def _suite_faults(content: Any) -> list[str]:
    if not isinstance(content, dict) or not isinstance(content.get("expectations"), list):
        return ['it has no list "expectations"']
    faults = [_unknown("", key, _SUITE_KEYS) for key in content if key not in _SUITE_KEYS]
    for number, item in enumerate(content["expectations"], start=1):
        faults += _item_faults(f"expectation {number}: ", item)
    return faults


def _item_faults(where: str, item: Any) -> list[str]:
    if not isinstance(item, dict):
        return [f"{where}found {item!r}, expected an object with type and kwargs"]
    faults = [_unknown(where, key, _EXPECTATION_KEYS) for key in item if key not in _EXPECTATION_KEYS]
    if not isinstance(item.get("type"), str):
        faults.append(f"{where}it has no type, such as expect_column_values_to_be_between")
    if not isinstance(item.get("kwargs", {}), dict):
        faults.append(f"{where}kwargs are no object")
    if item.get("severity", SEVERITIES[0]) not in SEVERITIES:
        faults.append(f"{where}severity {item['severity']!r} is none of {', '.join(SEVERITIES)}")
    return faults


def _unknown(where: str, key: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"{where}unknown key {key!r}; " + (
        f"did you mean {close[0]}?" if close else f"expected one of {', '.join(known)}"
    )


def _written(item: Mapping[str, Any]) -> WrittenExpectation:
    return WrittenExpectation(
        type=item["type"],
        kwargs=item.get("kwargs", {}),
        severity=item.get("severity", SEVERITIES[0]),
        description=item.get("description"),
        notes=item.get("notes"),
        meta=item.get("meta") or {},
    )
