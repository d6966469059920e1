"""What a run in the registry says of the model that it made; kept beside the champion's bundle as `run.json`.

Written by the `fetch_champion` stage, read where a page says what changed since (`core.changes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

RUN_FACTS_FILE = "run.json"


@dataclass(frozen=True)
class DatasetFacts:
    """Rows that a run used; the digest is over the whole file."""

    name: str
    digest: str
    n_rows: int


@dataclass(frozen=True)
class RunFacts:
    """A run's params, tags (`git.commit` and the digests among them) and datasets. `version` is the model version it made."""

    FORMAT: ClassVar[str] = "modelratchet/run-facts"
    VERSION: ClassVar[int] = 1

    version: str
    run_id: str
    experiment_id: str
    params: dict[str, str]
    tags: dict[str, str]
    datasets: tuple[DatasetFacts, ...]
