"""Block `columns` of `params.yaml`: what each column is."""

from __future__ import annotations

from pydantic import Field, model_validator

from modelratchet.config.settings import ColumnName, ColumnNames, Settings


class Columns(Settings):
    """What each column is. Columns that are not named here are dropped by ingest."""

    label: ColumnName
    positive: str | None = Field(
        None, description="binary: the label's value that counts as positive; default the last in sorted order"
    )
    key: ColumnName | None = Field(None, description="names a row for good; split by hash needs it")
    time: ColumnName | None = Field(None, description="when a row came to be; split by time needs it")
    numeric: ColumnNames = ()
    categorical: ColumnNames = ()
    kept: ColumnNames = Field(
        (), description="no features, kept all the same: for compare.cluster and evaluate.groups, say"
    )

    @property
    def features(self) -> tuple[str, ...]:
        """All features, numbers first."""
        return self.numeric + self.categorical

    @model_validator(mode="after")
    def _columns_are_distinct(self) -> Columns:
        if not self.features:
            raise ValueError("at least one numeric or categorical column is needed")
        names = [self.label, *self.features, *self.kept]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"named more than once among label, numeric, categorical and kept: {', '.join(doubled)}")
        return self
