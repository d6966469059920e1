"""The block `serving` of params.yaml against what a server takes."""

from __future__ import annotations

from typing import Any

import pytest

from modelratchet.config.serving import Serving
from modelratchet.core.formats import encode
from modelratchet.serving.settings import Deployment
from tests.architecture.stage_sources import stages


def test_defaults_are_those_of_a_server_that_was_told_nothing() -> None:
    serving, deployment = Serving().model_dump(mode="json"), encode(Deployment())

    assert serving.pop("log") == deployment["log"]
    assert serving == {**deployment["policy"], **deployment["limits"]}


@pytest.mark.parametrize(("name", "stage"), stages().items())
def test_no_stage_runs_again_for_an_edit_of_serving(name: str, stage: dict[str, Any]) -> None:
    watched = stage.get("params", [])

    assert all(isinstance(key, str) and key.split(".")[0] != "serving" for key in watched)
