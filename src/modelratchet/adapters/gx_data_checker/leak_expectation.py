"""The leak check in the form of an expectation, so that it stands among the others in results and pages."""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.expectation import BatchExpectation

from modelratchet.core.tasks import Task
from modelratchet.modeling.leaks import class_disclosure, number_disclosure


class ExpectColumnNotToGiveTheLabelAway(BatchExpectation):  # type: ignore[misc]
    """Expect that a feature alone does not tell the label on all but `tolerance` of the rows."""

    column: str
    label: str
    task: str
    tolerance: float = 0.0

    def _validate(
        self,
        metrics: dict[str, Any],  # noqa: ARG002 - the signature is the library's
        runtime_configuration: Any = None,  # noqa: ARG002
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        """Look at the batch itself: no metric of Great Expectations takes two columns and is vectorised."""
        frame = execution_engine.batch_manager.active_batch_data.dataframe
        measure = number_disclosure if Task(self.task) is Task.REGRESSION else class_disclosure
        disclosure = measure(frame[self.column], frame[self.label])
        is_leak = disclosure.share > 0 and disclosure.share >= 1 - self.tolerance
        found = f"{self.column} {disclosure.how} on {disclosure.share:.2%} of the rows".replace("%", " %")
        return {"success": not is_leak, "result": {"observed_value": found if is_leak else "no leak"}}
