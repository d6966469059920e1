"""What each column is for: the plain values of `columns` in `params.yaml` that ingest, check and split work with."""

from __future__ import annotations

from dataclasses import dataclass

from modelratchet.core.tasks import Task


@dataclass(frozen=True)
class ColumnPlan:
    """The named columns. `key`, `time` and `positive` are None where the project has none; `kept` are no features."""

    task: Task
    label: str
    positive: str | None
    key: str | None
    time: str | None
    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    kept: tuple[str, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """All features, numbers first."""
        return self.numeric + self.categorical

    @property
    def names(self) -> tuple[str, ...]:
        """Every named column once: key, time, features, kept columns, label. The order that rows are written in."""
        marks = [name for name in (self.key, self.time) if name is not None]
        return tuple(dict.fromkeys([*marks, *self.features, *self.kept, self.label]))
