"""What the server remembers of its predictions, and of the labels that come later: Parquet files of an hour each.

The event loop calls `PredictionLog.offer` and `Feedback.accept`; a thread, `courier`, hands on what they took to a process of its own, `keeper`, which does
all the rest.
`docs/formats` says what the files hold, `adapters.pyarrow_prediction_log` reads them.
"""

from __future__ import annotations

from modelratchet.serving.prediction_log.feedback import Feedback
from modelratchet.serving.prediction_log.log import PredictionLog
from modelratchet.serving.prediction_log.opening import ServedModel, open_log

__all__ = ["Feedback", "PredictionLog", "ServedModel", "open_log"]
