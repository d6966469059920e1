"""The port `DatasetReader` on Parquet files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from modelratchet.errors import MissingEvidenceError
from modelratchet.storage.files import digest_file
from modelratchet.usecases.ports.run_datasets import RunDataset

_KINDS = {"double": "float64", "float": "float32", "string": "str", "large_string": "str", "bool": "bool"}


class ParquetDatasetReader:
    """Facts about Parquet files."""

    def describe(self, path: Path, name: str, role: str) -> RunDataset:
        """Digest of the whole file, number of rows, and columns from its footer."""
        from pyarrow import parquet

        _require(path)
        footer = parquet.ParquetFile(path)
        columns = {field.name: _KINDS.get(str(field.type), str(field.type)) for field in footer.schema_arrow}
        return RunDataset(name, role, digest_file(path), footer.metadata.num_rows, path.as_posix(), columns)

    def example(self, path: Path, columns: Sequence[str], n_rows: int) -> tuple[Mapping[str, float | str | None], ...]:
        """The first rows of some columns."""
        from pyarrow import parquet

        _require(path)
        batch = next(parquet.ParquetFile(path).iter_batches(batch_size=n_rows, columns=list(columns)), None)
        rows = batch.to_pylist() if batch is not None else []
        return tuple({name: _plain(row[name]) for name in columns} for row in rows)


def _plain(value: object) -> float | str | None:
    if value is None or value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return None
    if isinstance(value, (bool, int, float)):
        return float(value)
    return str(value)


def _require(path: Path) -> None:
    if not path.is_file():
        raise MissingEvidenceError(f"{path} is not there", hint="Run `ratchet run` first.")
