"""What the `evaluate` stage shows beside its numbers: tables for DVC's plots and pictures for the registry.

Called by `wiring.judging`. The names of files are stable, so that two candidates' files pair up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from modelratchet.core.evaluation import Evaluation
from modelratchet.core.schema import Schema
from modelratchet.modeling import curves
from modelratchet.modeling.importance import Importance
from modelratchet.modeling.metrics import Truth
from modelratchet.modeling.scores import Scores
from modelratchet.storage.files import replacing, write_bytes

_HEADERS = {
    "roc": "false_positive_rate,true_positive_rate",
    "precision_recall": "recall,precision",
    "calibration": "predicted,observed",
    "confusion": "actual,predicted",
    "predictions": "predicted,actual",
    "residuals": "residual,n_rows",
}


@dataclass(frozen=True)
class Plots:
    """Tables by name: `roc`, `precision_recall`, `calibration`, `confusion`, `importance`, `predictions`, `residuals`.

    A task has its own ones only; an empty table is one that these rows do not define.
    """

    evaluation: Evaluation
    title: str
    tables: dict[str, pd.DataFrame]

    def write_tables(self, directory: Path) -> None:
        """Write each table as `<name>.csv`; the confusion as lines that DVC's `confusion_normalized` template counts.

        Tables of other tasks are written with a header only: `dvc.yaml` names them all, and DVC complains of missing files.
        """
        for name, header in _HEADERS.items():
            if name not in self.tables:
                write_bytes(directory / f"{name}.csv", f"{header}\n".encode())
        for name, table in self.tables.items():
            written = curves.confusion_lines(table) if name == "confusion" else table
            write_bytes(directory / f"{name}.csv", written.to_csv(index=False, float_format="%.6g").encode())

    def write_pictures(self, directory: Path) -> None:
        """Draw each table that is not empty as `<name>.png`."""
        from modelratchet.modeling.pictures import draw  # matplotlib takes half a second to import

        for name, table in self.tables.items():
            if len(table):
                with replacing(directory / f"{name}.png") as temporary:
                    draw(name, table, self.evaluation, self.title).savefig(temporary, metadata={"Software": None})


def plots_of(
    schema: Schema, evaluation: Evaluation, truth: Truth, scores: Scores, importances: Sequence[Importance]
) -> Plots:
    """Make the tables of the task."""
    title = f"{schema.model}, {evaluation.n_rows:,} held-out rows"
    if schema.task.is_classification:
        classes, probabilities = truth.astype(np.int64), scores.probabilities.astype(np.float64)
        tables = {
            "roc": curves.roc_table(classes, probabilities, schema.classes),
            "precision_recall": curves.precision_recall_table(classes, probabilities, schema.classes),
            "calibration": curves.calibration_table(classes, probabilities, schema.classes, evaluation.confidence),
            "confusion": curves.confusion_table(classes, scores.labels, schema.classes),
        }
    else:
        numbers, values = truth.astype(np.float64), scores.values.astype(np.float64)
        tables = {
            "predictions": curves.predictions_table(numbers, values),
            "residuals": curves.residuals_table(numbers, values),
        }
    return Plots(evaluation, title, tables | {"importance": curves.importance_table(importances)})
