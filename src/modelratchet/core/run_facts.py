"""What a run in the registry says of the model that it made; kept beside the champion's bundle as `run.json`.

Written by the `fetch_champion` stage, read where a page says what changed since (`core.changes`).
"""

from __future__ import annotations

from collections.abc import Mapping
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

    @property
    def commit(self) -> str:
        """The commit that the version was made from; empty where no commit holds its sources."""
        return commit_in(self.tags)


def commit_in(tags: Mapping[str, str]) -> str:
    """The commit that a run's tags name, as long as it holds what the run was made from; empty otherwise.

    >>> commit_in({"git.commit": "5f3a", "git.dirty": "no"}), commit_in({"git.commit": "5f3a", "git.dirty": "yes"})
    ('5f3a', '')
    """
    commit = tags.get("git.commit", "unknown")
    return "" if commit == "unknown" or tags.get("git.dirty") != "no" else commit
