"""A bundle as tests ask it: rows in, labels, chances or numbers out, each under the row's own index."""

from __future__ import annotations

import numpy as np
import pandas as pd

from modelratchet.core.schema import Schema
from modelratchet.errors import InputError
from modelratchet.modeling.holdout import Holdout
from modelratchet.modeling.metrics import prepare
from modelratchet.modeling.onnx_model import OnnxModel
from modelratchet.storage.bundles import Bundle


class LoadedModel:
    """The graph that would be served. Rows may hold other columns too; the model takes its own by name."""

    def __init__(self, bundle: Bundle) -> None:
        """Load the graph of a bundle whose digests were checked.

        Raises:
            EvidenceError: the graph is none that serving would load.
        """
        self._bundle = bundle
        self._model = OnnxModel(bundle)

    @property
    def schema(self) -> Schema:
        """Columns with what training showed of them, the task, and the classes; the positive one is the last."""
        return self._bundle.schema

    @property
    def digest(self) -> str:
        """The bundle's digest, as the registry and the verdict have it."""
        return self._bundle.digest

    def predict(self, rows: pd.DataFrame) -> pd.Series:
        """Answer rows: the label as text for a classifier, a float64 for a regressor.

        Raises:
            DataError: a column of the model is missing, or a numeric one holds text.
        """
        scores = self._model.score(rows)
        if not self.schema.task.is_classification:
            return pd.Series(scores.values.astype(np.float64), index=rows.index, name=self.schema.label)
        labels = np.array(self.schema.classes)[scores.labels]
        return pd.Series(labels, index=rows.index, name=self.schema.label, dtype="str")

    def predict_proba(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Chances 0 to 1 of a classifier, float64, a column for each class in the schema's order.

        Raises:
            InputError: the model is a regressor.
            DataError: as `predict`.
        """
        if not self.schema.task.is_classification:
            raise InputError("a regression model has no probabilities", hint="Ask predict() for its numbers.")
        chances = self._model.score(rows).probabilities.astype(np.float64)
        return pd.DataFrame(chances, index=rows.index, columns=list(self.schema.classes))

    def measure(self, rows: pd.DataFrame, metric: str) -> float:
        """A metric of `core.metrics` on labelled rows; NaN where they do not define it, one class only, say.

        Raises:
            DataError: the label is not among the columns, or the metric is none of the task's.
            EvidenceError: the model answered something that is no number.
        """
        truth = Holdout(rows, self.digest).truth(self.schema)
        return float(prepare(truth, self._model.score(rows), [metric]).estimate()[0])
