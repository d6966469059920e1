"""What a run with nothing to do starts is light: its commands and stages import no library that only work needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.stage_sources import ROOT, stages

HEAVY = frozenset(
    ("numpy", "scipy", "pandas", "pyarrow", "sklearn", "onnx", "onnxruntime", "mlflow", "pydantic", "great_expectations", "bentoml", "requests", "dvc")
)  # fmt: skip
ALWAYS_RUN = [f"pipeline.{name}" for name, stage in stages().items() if stage.get("always_changed")]


@pytest.mark.parametrize("module", ["modelratchet.cli.run", *ALWAYS_RUN])
def test_what_runs_each_time_starts_without_heavy_libraries(module: str) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert HEAVY & {name for name in done.stdout.split() if "." not in name} == set()
