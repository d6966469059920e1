"""Azure ML's online endpoints: `/score`, and the probe at `/`.

Source: Azure Machine Learning, "Azure Machine Learning inference HTTP server", "Server routes"; "Deploy MLflow models to online endpoints".
"""

from __future__ import annotations

from collections.abc import Sequence

from modelratchet.conformance.expectations import Expectation, Protocol, healthy, is_there, refused, scored_alike
from modelratchet.conformance.rows import as_columns, as_split
from modelratchet.conformance.subject import Subject

PATH = "/score"


def _expectations(_subject: Subject) -> Sequence[Expectation]:
    return (
        healthy("/"),
        scored_alike(PATH, "input_data", lambda subject: {"input_data": as_split(subject.rows)}),
        scored_alike(PATH, "instances", lambda subject: {"instances": list(subject.rows)}),
        scored_alike(PATH, "inputs", lambda subject: {"inputs": as_columns(subject.rows)}),
        refused(PATH, "no JSON", b"{"),
    )


PROTOCOL = Protocol("azure", lambda subject: is_there(subject, "POST", PATH), _expectations)
