"""`/schema.json` is what BentoML itself says of the service; and no request loads BentoML."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.samples.served import call, sample_app


def printed(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_it_is_what_bentoml_itself_says_of_the_service() -> None:
    program = "import json; from modelratchet.serving.service import Predictor; print(json.dumps(Predictor.schema()))"
    theirs = json.loads(printed(program).splitlines()[-1])
    del theirs["description"]  # a docstring

    assert call(sample_app(), "GET", "/schema.json").document == theirs


def test_no_route_loads_bentoml() -> None:
    program = (
        "import sys; from tests.samples.served import call, sample_app; app = sample_app();"
        "[call(app, *route) for route in [*app._routes, ('GET', '/static_content/index.css')]];"
        "print(*sys.modules)"
    )
    loaded = {name.partition(".")[0] for name in printed(program).split()}

    assert "onnxruntime" in loaded
    assert loaded & {"bentoml", "_bentoml_sdk", "_bentoml_impl", "starlette", "pydantic", "cloudpickle"} == set()
