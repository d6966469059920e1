"""Joins sources of rows to the settings; the stage `ingest` and `ratchet retrain` call it."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from modelratchet.config.ingest import Ingest
from modelratchet.config.layout import STATE
from modelratchet.modeling.cutting import within
from modelratchet.modeling.ingesting import ingest
from modelratchet.storage.sources import SourceFile, source_files
from modelratchet.usecases.ports.rows import RowSource
from modelratchet.wiring.columns import ColumnSettings, column_plan

PROJECT_MODULE = "pipeline.project"


class IngestSettings(ColumnSettings, Protocol):
    """What `ingest` reads."""

    @property
    def ingest(self) -> Ingest:
        """The block."""


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


def ingested(settings: IngestSettings) -> pd.DataFrame:
    """Rows of the window from the source, with the named columns in their stored types.

    Raises:
        InputError, DataError, OutsideError: see `RowSource.read`, `modeling.cutting.within` and `modeling.ingesting.ingest`.
    """
    plan, block = column_plan(settings), settings.ingest
    source = row_source(block).read(plan.names)
    frame = within(source.frame, plan.time, block.since, block.until) if plan.time else source.frame
    return ingest(frame, source.names, plan)
