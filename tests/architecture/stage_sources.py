"""What each pipeline stage is made of, by its imports, against what `pipeline/sources.json` lists.

`python -m tests.architecture.stage_sources --write` (or `make stage-deps`) mends the lists.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import grimp
import yaml
from packaging.requirements import Requirement

from modelratchet.storage.code import RUNTIME
from modelratchet.storage.requirement_lines import locked_lines
from modelratchet.wiring.guard import SETTINGS

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
    RUNTIME: (
        "modelratchet.modeling.onnx_model",  # what parity and latency call in process
        "modelratchet.serving.__main__",
        "modelratchet.serving.prediction_log.__main__",
    ),
    SETTINGS: ("modelratchet.config.reading",),
}
# what no import reaches at all: a folder stands for every file in it
READ_AS_FILES = {"test_model": ("tests/model/",)}
MAKES_THE_MODEL = ("ingest", "split", "train", "convert")
# a new runtime is answered for by these two: who scores with it, or asks it whether it takes a graph, need not do so anew
ANSWERS_FOR_THE_RUNTIME = ("check_parity", "measure_latency", RUNTIME)
ENGINE = "onnxruntime"

Entry = dict[str, list[str]]


def reached() -> dict[str, Entry]:
    """Modules of each entry's import closure, the packages that these import, with all that those require, and files."""
    # what only type checkers import never runs
    graph = grimp.build_graph(
        *PACKAGES, cache_dir=None, exclude_type_checking_imports=True, include_external_packages=True
    )
    begun = {stage: (f"pipeline.{stage}", *CALLED_BY_NAME.get(stage, ())) for stage in stages()}
    begun |= {entry: CALLED_BY_NAME[entry] for entry in (RUNTIME, SETTINGS)}
    modules = {entry: _closure(graph, names) for entry, names in begun.items()}
    packages = {entry: _packages(graph, entry, names) for entry, names in modules.items()}
    # the bundle's lineage digests what made the model, so the stage that writes it is made of all of that
    modules["convert"] = set().union(*(modules[stage] for stage in MAKES_THE_MODEL))
    makers = set().union(*(packages[stage] for stage in MAKES_THE_MODEL))
    for stage in (*MAKES_THE_MODEL, "check_data"):
        packages[stage] |= makers
    return {
        entry: {
            "modules": sorted(modules[entry]),
            "packages": sorted(packages[entry] & _locked()),
            "files": list(READ_AS_FILES.get(entry, ())),
        }
        for entry in begun
    }


def listed() -> dict[str, Entry]:
    """What `pipeline/sources.json` lists for each entry."""
    content: dict[str, Entry] = json.loads(LISTING.read_text())
    return content


def stages() -> dict[str, dict[str, list[str]]]:
    """The stages of `dvc.yaml`."""
    content: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load(PIPELINE.read_text())
    return content["stages"]


def write() -> None:
    """Write the right lists."""
    LISTING.write_text(json.dumps(reached(), indent=1) + "\n")


def _closure(graph: grimp.ImportGraph, names: Iterable[str]) -> set[str]:
    found = {own for name in names for own in (name, *graph.find_upstream_modules(name)) if _is_own(own)}
    return found | {name.rsplit(".", depth)[0] for name in found for depth in range(1, name.count(".") + 1)}


def _is_own(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in PACKAGES


def _packages(graph: grimp.ImportGraph, entry: str, modules: set[str]) -> set[str]:
    """Of a stage that always runs nobody asks for them, nor of what reads the settings."""
    if stages().get(entry, {}).get("always_changed") or entry == SETTINGS:
        return set()
    if entry == RUNTIME:
        named = (ROOT / "requirements-serving.in").read_text().splitlines()
        return _required({ENGINE, *(Requirement(line).name for line in named if line.strip() and line[0] != "#")})
    imported = {name for module in modules for name in graph.find_modules_directly_imported_by(module)}
    direct = {_normal(dist) for name in imported for dist in _distributions().get(name, [])}
    return _required(direct if entry in ANSWERS_FOR_THE_RUNTIME else direct - {ENGINE})


def _required(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = [_normal(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _requirements(name)
    return found


@functools.cache
def _requirements(name: str) -> tuple[str, ...]:
    return tuple(_wanted(name))


def _wanted(name: str) -> Iterator[str]:
    try:
        lines = requires(name) or []
    except PackageNotFoundError:  # another platform's
        return
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield _normal(requirement.name)


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    """What the environment's packages are called, by what is imported."""
    return packages_distributions()


@functools.cache
def _locked() -> frozenset[str]:
    return frozenset(locked_lines((ROOT / "requirements.lock").read_text()).by_package)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def show() -> None:
    """Print how much each entry is made of."""
    for entry, found in reached().items():
        sys.stdout.write(f"{entry:<16} {len(found['modules']):>4} modules {len(found['packages']):>4} packages\n")


if __name__ == "__main__":
    write() if "--write" in sys.argv else show()
