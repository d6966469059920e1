"""Joins sources, checker and split to the settings; the stages from ingest to split call it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from modelratchet.config.layout import DATA_DOCS, EXPECTATIONS, STATE
from modelratchet.config.params import Ingest, Params
from modelratchet.core.data_check import DataCheck
from modelratchet.errors import DataRejectedError
from modelratchet.modeling.cutting import within
from modelratchet.modeling.ingesting import ingest
from modelratchet.modeling.overlap import refuse_overlap
from modelratchet.modeling.splitting import Divided, divide, held_out_by_key, held_out_by_time
from modelratchet.storage.sources import SourceFile, source_files
from modelratchet.usecases.ports.data_checker import DataChecker
from modelratchet.usecases.ports.rows import RowSource
from modelratchet.usecases.reject_data import rejection
from modelratchet.wiring.columns import column_plan

PROJECT_MODULE = "pipeline.project"


def row_source(settings: Ingest) -> RowSource:
    """The source that `ingest` names. An address is fetched now, into `.ratchet/downloads`."""
    from modelratchet.adapters.pyarrow_row_source import CsvRowSource, ParquetRowSource
    from modelratchet.adapters.python_row_source import PythonRowSource
    from modelratchet.adapters.requests_download import download, is_address

    path = settings.path
    if settings.source == "project" or path is None:
        # a project's path only names files whose change means new rows
        return PythonRowSource(PROJECT_MODULE, settings.options)
    if is_address(path):
        files: tuple[SourceFile, ...] = (download(path, STATE / "downloads"),)
    else:
        files = tuple(SourceFile(file, str(file)) for file in source_files(path))
    return CsvRowSource(files) if settings.source == "csv" else ParquetRowSource(files)


def ingested(params: Params) -> pd.DataFrame:
    """Rows of the window from the source, with the named columns in their stored types.

    Raises:
        InputError, DataError, OutsideError: see `RowSource.read`, `modeling.cutting.within` and `modeling.ingesting.ingest`.
    """
    plan, settings = column_plan(params), params.ingest
    source = row_source(settings).read(plan.names)
    frame = within(source.frame, plan.time, settings.since, settings.until) if plan.time else source.frame
    return ingest(frame, source.names, plan)


def divided(rows: pd.DataFrame, params: Params) -> Divided:
    """Rows parted by the method that `split` names.

    Raises:
        DataError: a side is too small, or lacks classes, or a row is on both.
    """
    split, plan = params.split, column_plan(params)
    if split.holdout_from is not None:
        is_held_out = held_out_by_time(rows[str(plan.time)], split.holdout_from)
    else:
        is_held_out = held_out_by_key(rows[str(plan.key)], float(split.holdout_share or 0.0), params.seed)
    parted = divide(rows, is_held_out, plan, split.minimum_holdout_rows)
    refuse_overlap(parted, plan, split.maximum_overlap_share)
    return parted


def data_checker(params: Params) -> DataChecker:
    """Great Expectations with the suite that `check_data` names; its `check` takes seconds to import it."""
    from modelratchet.adapters.gx_data_checker import CheckPlaces, GxDataChecker

    places = CheckPlaces(context=STATE / "gx", suites=EXPECTATIONS, docs=DATA_DOCS)
    return GxDataChecker(places, column_plan(params), params.check_data.suite, params.check_data.leak_tolerance)


def refuse_bad(check: DataCheck, docs: Path = DATA_DOCS) -> None:
    """Stop the pipeline if a critical expectation failed.

    Raises:
        DataRejectedError: names each failed critical expectation.
    """
    message = rejection(check)
    if message:
        raise DataRejectedError(
            message, hint=f"Mend the rows or the expectation; open {docs / 'index.html'} to see all of them."
        )
