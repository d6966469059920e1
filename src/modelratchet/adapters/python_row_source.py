"""Rows from `rows()` in the project's own Python file."""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from modelratchet.errors import ConfigError, DataError, InputError, RatchetError
from modelratchet.usecases.ports.rows import SourceRows


class PythonRowSource:
    """Calls `rows(**options)` of a module. Errors show the user's exception with its line."""

    def __init__(self, module: str, options: Mapping[str, Any]) -> None:
        """Name the module (`pipeline.project`) and the keywords from `ingest.options`."""
        self._module, self._options = module, dict(options)
        self._file = module.replace(".", "/") + ".py"

    def read(self, wanted: Sequence[str]) -> SourceRows:  # noqa: ARG002 - the port's
        """Call the function; it gives all of its columns, whichever are wanted.

        Raises:
            InputError: there is no such module or function.
            ConfigError: the options do not fit the function.
            DataError: it raised an exception, or gave something other than a DataFrame.
        """
        rows = self._function()
        self._check_options(rows)
        try:
            frame = rows(**self._options)
        except RatchetError:
            raise
        except Exception as error:
            raise self._failure(error, f"rows() in {self._file} failed") from error
        if not isinstance(frame, pd.DataFrame):
            raise DataError(
                f"rows() in {self._file} gave {type(frame).__name__}, expected a pandas DataFrame",
                hint="Return a DataFrame.",
            )
        return SourceRows(frame, tuple(str(name) for name in frame.columns))

    def _function(self) -> Callable[..., object]:
        # `python -m` looks in this folder; the command `ratchet` of an environment does not
        if str(Path.cwd()) not in sys.path:
            sys.path.insert(0, str(Path.cwd()))
        try:
            module = importlib.import_module(self._module)
        except ModuleNotFoundError as error:
            if error.name and (self._module == error.name or self._module.startswith(error.name + ".")):
                raise InputError(
                    f"{self._file} is not there", hint="Write one with rows(), or set ingest.source to csv."
                ) from error
            raise self._failure(error, f"{self._file} cannot be imported") from error
        except Exception as error:
            raise self._failure(error, f"{self._file} cannot be imported") from error
        function = getattr(module, "rows", None)
        if not callable(function):
            raise InputError(f"{self._file} has no function rows()", hint="Write `def rows() -> pandas.DataFrame`.")
        rows: Callable[..., object] = function
        return rows

    def _check_options(self, rows: Callable[..., object]) -> None:
        signature = inspect.signature(rows)
        try:
            signature.bind(**self._options)
        except TypeError as error:
            fault = f"ingest.options: {error}; the function is rows{signature}"
            raise ConfigError(
                "params.yaml", [fault], hint=f"Give the keywords that rows() in {self._file} takes."
            ) from error

    def _failure(self, error: Exception, what: str) -> DataError:
        """Name the deepest line of the user's file, which says more than where a library gave up."""
        file = self._file
        where = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(file)]
        line = f" in line {where[-1].lineno} ({where[-1].line})" if where else ""
        if isinstance(error, SyntaxError):
            line = f" in line {error.lineno} ({(error.text or '').strip()})"
        return DataError(f"{what}{line}: {type(error).__name__}: {error}", hint=f"Mend {file}.")
