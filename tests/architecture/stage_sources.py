"""Which sources each pipeline stage reaches, by its imports, against what `dvc.yaml` lists.

`python -m tests.architecture.stage_sources --write` (or `make stage-deps`) mends the lists.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import grimp
import yaml

ROOT = Path(__file__).parents[2]
PIPELINE = ROOT / "dvc.yaml"
PACKAGES = ("modelratchet", "pipeline")
# imported by name at run time, which no import graph shows
CALLED_BY_NAME = {"ingest": "pipeline.project"}
MAKES_THE_MODEL = ("ingest", "split", "train", "convert")


def reached() -> dict[str, list[str]]:
    """Source files of each stage's import closure, packages' `__init__` included, as paths below the root."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    found = {stage: _files(graph, f"pipeline.{stage}") for stage in stages()}
    for stage, module in CALLED_BY_NAME.items():
        found[stage] = sorted({*found[stage], *_files(graph, module)})
    # the bundle's lineage digests what made the model, so the stage that writes it depends on all of that
    found["convert"] = sorted(set().union(*(found[stage] for stage in MAKES_THE_MODEL)))
    return found


def listed() -> dict[str, list[str]]:
    """Source files that `dvc.yaml` lists for each stage."""
    return {name: [dep for dep in stage.get("deps", []) if is_source(dep)] for name, stage in stages().items()}


def stages() -> dict[str, dict[str, list[str]]]:
    """The stages of `dvc.yaml`."""
    content: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load(PIPELINE.read_text())
    return content["stages"]


def is_source(dep: object) -> bool:
    """Whether a dependency is code rather than data."""
    return isinstance(dep, str) and dep.endswith(".py")


def write() -> None:
    """Put the right lists into `dvc.yaml`, leaving everything else as it is."""
    text = PIPELINE.read_text()
    for stage, files in reached().items():
        text = _with_sources(text, stage, files)
    PIPELINE.write_text(text)


def _files(graph: grimp.ImportGraph, module: str) -> list[str]:
    closure = {module} | graph.find_upstream_modules(module)
    parents = {name.rsplit(".", depth)[0] for name in closure for depth in range(1, name.count(".") + 1)}
    return sorted(_path(name) for name in closure | parents)


def _path(module: str) -> str:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).relative_to(ROOT))


def _with_sources(text: str, stage: str, files: list[str]) -> str:
    block = re.search(rf"^  {stage}:\n(?:    .*\n|  *- .*\n)+", text, re.MULTILINE)
    assert block is not None, stage
    body = re.sub(r"^    - \S+\.py\n", "", block[0], flags=re.MULTILINE)
    lines = "".join(f"    - {file}\n" for file in files)
    if "    deps:\n" in body:
        kept = re.search(r"^    deps:\n((?:    - .*\n)*)", body, re.MULTILINE)
        assert kept is not None
        body = body.replace(kept[0], kept[0] + lines)
    else:
        body = re.sub(r"^(    cmd: .*\n)", rf"\1    deps:\n{lines}", body, flags=re.MULTILINE)
    return text.replace(block[0], body)


if __name__ == "__main__" and "--write" in sys.argv:
    write()
