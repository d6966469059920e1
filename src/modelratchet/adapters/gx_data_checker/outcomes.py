"""Turns Great Expectations' results into the record that the gate reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from modelratchet.core.data_check import DataCheck, FailedExpectation, Severity
from modelratchet.core.digests import digest_value

SAMPLE = 5
_BESIDE_THE_MEANING = ("batch_id",)


def outcome_of(results: Any, frame: pd.DataFrame, key: str | None, data_digest: str) -> DataCheck:
    """Every failed expectation, in the order of the suite.

    Args:
        results: of a validation, in order.
        frame: the rows that were checked.
        key: column that names a row in the samples, if there is one.
        data_digest: of the file that the rows came from.
    """
    failed = tuple(_failure(result, frame, key) for result in results.results if not result.success)
    return DataCheck(data_digest, _suite_digest(results), len(frame), len(results.results), failed)


def _suite_digest(results: Any) -> str:
    """Over what was expected: random ids and notes stay out."""
    configs = [result.expectation_config.to_json_dict() for result in results.results]
    return digest_value([[item["type"], _meaning(item["kwargs"]), item.get("severity")] for item in configs])


def _meaning(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kwargs.items() if name not in _BESIDE_THE_MEANING}


def _failure(result: Any, frame: pd.DataFrame, key: str | None) -> FailedExpectation:
    config, details = result.expectation_config, result.result
    count = int(details.get("unexpected_count") or 0)
    return FailedExpectation(
        expectation=config.type,
        column=_column(config.kwargs),
        severity=Severity.CRITICAL if config.severity == Severity.CRITICAL.value else Severity.WARNING,
        message=_message(result),
        count=count,
        share=count / len(frame) if len(frame) else 0.0,
        sample=tuple(_sample(details, frame, key)),
    )


def _column(kwargs: Mapping[str, Any]) -> str:
    pair = [kwargs[name] for name in ("column_A", "column_B") if name in kwargs]
    return str(kwargs.get("column") or ", ".join(kwargs.get("column_list") or pair))


def _message(result: Any) -> str:
    """What was expected, and what was found where that is one value."""
    config = result.expectation_config
    expected = (config.description or _rendered(result) or config.type.replace("_", " ")).rstrip(".")
    raised = _exception(result.exception_info)
    if raised:
        return f"{expected}; this could not be checked: {raised}"
    found = result.result.get("observed_value")
    return expected if found is None else f"{expected}; found {_text(found)}"


def _rendered(result: Any) -> str:
    """The sentence that Great Expectations writes on its pages, values put in."""
    result.render()
    for content in result.expectation_config.rendered_content or []:
        value = content.to_json_dict()["value"]
        params = {name: item["value"] for name, item in value.get("params", {}).items()}
        sentence = value.get("template") or ""
        for name in sorted(params, key=len, reverse=True):
            sentence = sentence.replace(f"${name}", _text(params[name]))
        if sentence:
            return sentence
    return ""


def _exception(info: Mapping[str, Any]) -> str:
    """The first line of what went wrong; the library nests it by metric, or does not."""
    nested = [info, *(item for item in info.values() if isinstance(item, Mapping))]
    messages = [item["exception_message"] for item in nested if item.get("raised_exception")]
    return str(messages[0] or "an exception").splitlines()[0].removeprefix("Error: ").rstrip(".") if messages else ""


def _sample(details: Mapping[str, Any], frame: pd.DataFrame, key: str | None) -> Iterator[str]:
    """The first different values, each with the key of its row where that is known."""
    values = details.get("partial_unexpected_list") or []
    rows = details.get("partial_unexpected_index_list") or [None] * len(values)
    seen: set[str] = set()
    for value, row in zip(values, rows, strict=False):
        text = _text(value)
        is_named = isinstance(row, int) and key in frame.columns and text != _text(frame[key].iloc[row])
        # Missing values look all alike, so there the rows are what differs.
        if text in seen and not (value is None and is_named):
            continue
        seen.add(text)
        yield f"{text} ({key} {frame[key].iloc[row]})" if is_named else text
        if len(seen) == SAMPLE or (value is None and not is_named):
            return


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return "missing"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
