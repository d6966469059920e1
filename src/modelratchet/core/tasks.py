"""The kinds of supervised task that the pipeline knows."""

from enum import StrEnum


class Task(StrEnum):
    """What the label means."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"

    @property
    def is_classification(self) -> bool:
        """Whether the model answers with classes and their probabilities."""
        return self is not Task.REGRESSION
