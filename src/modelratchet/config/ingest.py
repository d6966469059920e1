"""Block `ingest` of `params.yaml`: where rows come from."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from modelratchet.config.settings import Moment, Settings


class Ingest(Settings):
    """Where rows come from."""

    source: Literal["project", "csv", "parquet"] = Field(description="project calls rows() in pipeline/project.py")
    path: str | None = Field(
        None, description="a path, an http(s) URL or a glob; project: files whose change means new rows"
    )
    options: dict[str, Any] = Field(default_factory=dict, description="project: handed to rows() as keywords")
    since: Moment | None = Field(None, description="rows before this moment are left out; by columns.time")
    until: Moment | None = Field(None, description="rows at or after this moment are left out; by columns.time")

    @model_validator(mode="after")
    def _path_fits_source(self) -> Ingest:
        if self.path is None and self.source != "project":
            raise ValueError(f"path: missing, source {self.source} needs it")
        return self
