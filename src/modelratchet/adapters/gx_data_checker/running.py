"""Turns what a suite's file says into Great Expectations' objects, and runs them on rows in a file context of their own."""

from __future__ import annotations

import difflib
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import great_expectations as gx
import numpy as np
import pandas as pd
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.exceptions import ExpectationNotFoundError
from great_expectations.expectations.registry import get_expectation_impl, list_registered_expectation_implementations

from modelratchet.adapters.gx_data_checker.suites import WrittenExpectation
from modelratchet.errors import ConfigError

SUITE = "rows"
# SUMMARY and BASIC keep a sample; COMPLETE would keep every unexpected row.
RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": 20}


def build(written: Sequence[WrittenExpectation], folder: Path, name: str | None) -> list[Any]:
    """Make an expectation of each.

    Raises:
        ConfigError: a type or a keyword is unknown, or a value is not allowed; all faults are listed.
    """
    built, faults = [], []
    for number, item in enumerate(written, start=1):
        try:
            built.append(_built(item))
        except ExpectationNotFoundError:
            faults.append(f"expectation {number}: unknown type {item.type!r}{_nearest(item.type)}")
        except (ValueError, TypeError) as error:
            faults += [f"expectation {number} ({item.type}): {fault}" for fault in _field_faults(error, item)]
    if faults:
        raise ConfigError(str(folder / f"{name}.json"), faults)
    return built


def run(context_folder: Path, frame: pd.DataFrame, expectations: Sequence[Any]) -> Any:
    """Check all expectations and give their results in the order of `expectations`.

    The context's folder is emptied first: nothing of an earlier run can stand in the way.
    """
    shutil.rmtree(context_folder, ignore_errors=True)
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="file", project_root_dir=context_folder)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    suite = context.suites.add(gx.ExpectationSuite(name=SUITE, expectations=list(expectations)))
    asset = context.data_sources.add_pandas(SUITE).add_dataframe_asset(SUITE)
    batch = asset.add_batch_definition_whole_dataframe(SUITE)
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=SUITE, data=batch, suite=suite))
    results = definition.run(batch_parameters={"dataframe": frame}, result_format=RESULT_FORMAT)
    for result in results.results:
        result.result = _plain(result.result)
    places = {expectation.id: place for place, expectation in enumerate(suite.expectations)}
    results.results.sort(key=lambda result: places[result.expectation_config.id])
    return results


def _built(item: WrittenExpectation) -> Any:
    return get_expectation_impl(item.type)(
        **item.kwargs, severity=item.severity, description=item.description, notes=item.notes, meta=dict(item.meta)
    )


def _plain(value: Any) -> Any:
    """Numpy's scalars as Python's: the pages cannot show the former."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def _nearest(name: str) -> str:
    close = difflib.get_close_matches(name, list_registered_expectation_implementations(), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def _field_faults(error: Exception, item: WrittenExpectation) -> list[str]:
    """Name each keyword once with the first reason; the library tells one for every type that it tried."""
    if not hasattr(error, "errors"):
        return [str(error)]
    reasons: dict[str, str] = {}
    for detail in error.errors():
        reasons.setdefault(str(detail["loc"][0]), detail["msg"])
    faults = []
    for name, reason in reasons.items():
        if name == "__root__":
            faults.append(reason)
        elif "extra fields" in reason:
            known = [
                field for field in get_expectation_impl(item.type).__fields__ if field not in ("id", "meta", "notes")
            ]
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            faults.append(f"unknown keyword {name}" + (f"; did you mean {close[0]}?" if close else ""))
        else:
            found = f", found {item.kwargs[name]!r}" if name in item.kwargs else ""
            faults.append(f"{name}: {reason}{found}")
    return faults
