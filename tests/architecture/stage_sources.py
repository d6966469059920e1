"""Which sources each pipeline stage reaches, by its imports, against what `pipeline/sources.json` lists.

`python -m tests.architecture.stage_sources --write` (or `make stage-deps`) mends the lists.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import grimp
import yaml

ROOT = Path(__file__).parents[2]
PIPELINE = ROOT / "dvc.yaml"
LISTING = ROOT / "pipeline" / "sources.json"
PACKAGES = ("modelratchet", "pipeline")
# imported by name at run time, which no import graph shows
CALLED_BY_NAME = {
    "ingest": ("pipeline.project",),
    "test_model": (
        "modelratchet.adapters.pytest_model_tester.reporting",
        "modelratchet.testing.fixtures",
        "pipeline.project",  # tests of the model may take their limits from there
    ),
}
# what no import reaches at all: a folder stands for every file in it
READ_AS_FILES = {"test_model": ("tests/model/",)}
MAKES_THE_MODEL = ("ingest", "split", "train", "convert")


def reached() -> dict[str, list[str]]:
    """Source files of each stage's import closure, packages' `__init__` included, as paths below the root."""
    # what only type checkers import never runs
    graph = grimp.build_graph(*PACKAGES, cache_dir=None, exclude_type_checking_imports=True)
    found = {stage: _files(graph, f"pipeline.{stage}") for stage in stages()}
    for stage, modules in CALLED_BY_NAME.items():
        found[stage] = sorted(set(found[stage]).union(*(_files(graph, module) for module in modules)))
    for stage, names in READ_AS_FILES.items():
        found[stage] = sorted({*found[stage], *names})
    # the bundle's lineage digests what made the model, so the stage that writes it depends on all of that
    found["convert"] = sorted(set().union(*(found[stage] for stage in MAKES_THE_MODEL)))
    return found


def listed() -> dict[str, list[str]]:
    """Source files that `pipeline/sources.json` lists for each stage."""
    content: dict[str, list[str]] = json.loads(LISTING.read_text())
    return content


def stages() -> dict[str, dict[str, list[str]]]:
    """The stages of `dvc.yaml`."""
    content: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load(PIPELINE.read_text())
    return content["stages"]


def write() -> None:
    """Write the right lists."""
    LISTING.write_text(json.dumps(reached(), indent=1) + "\n")


def _files(graph: grimp.ImportGraph, module: str) -> list[str]:
    closure = {module} | graph.find_upstream_modules(module)
    parents = {name.rsplit(".", depth)[0] for name in closure for depth in range(1, name.count(".") + 1)}
    return sorted(_path(name) for name in closure | parents)


def _path(module: str) -> str:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).relative_to(ROOT))


if __name__ == "__main__" and "--write" in sys.argv:
    write()
