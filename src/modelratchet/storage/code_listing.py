"""`pipeline/sources.json`: the modules, packages and files that each stage is made of, and where a module's file is.

Modules are listed by name, so that neither a moved folder nor an installed package changes the list. Needs Python alone: the first job of a workflow
reads it, and every `ratchet run`.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelratchet.errors import EvidenceError, InputError, MissingEvidenceError
from modelratchet.storage.files import read_json

OWN_PACKAGE = "pipeline"
"""The folder and package of the project itself."""
OWN_MODULE = "pipeline.project"
_REMEDY = "Run `make stage-deps`."
_TAKE_OVER = (
    "Take dvc.yaml, pipeline/sources.json and pipeline/*.py but project.py from the release that is installed: "
    "docs/how-to/upgrade.md."
)


@dataclass(frozen=True)
class Listed:
    """What one entry is made of: modules by dotted name, distributions by normalised name, files by path.

    A file that ends in `/` stands for all below that folder, which need not be there.
    """

    modules: tuple[str, ...]
    packages: tuple[str, ...]
    files: tuple[str, ...]


def read_listing(path: Path) -> dict[str, Listed]:
    """Every entry: the stages, and what is watched besides.

    Raises:
        MissingEvidenceError: the file is not there.
        EvidenceError: it is no such list.
        InputError: it is one of release 0.1, and so are the stages beside it, which cannot run with this release.
    """
    found = read_json(path)
    if isinstance(found, dict) and any(isinstance(parts, list) for parts in found.values()):
        raise InputError(f"{path} is of release 0.1, and this is a later one", hint=_TAKE_OVER)
    try:
        return {entry: _listed(parts) for entry, parts in found.items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise EvidenceError(f"{path} lists no modules, packages and files", hint=_REMEDY) from error


def modules_of(entry: str, listing: Mapping[str, Listed]) -> tuple[str, ...]:
    """The modules of an entry. One made of `project.py` is made of the user's other modules beside it too."""
    modules = listing[entry].modules
    if OWN_MODULE not in modules:
        return modules
    stages = {
        f"{OWN_PACKAGE}.{stage}" for stage, listed in listing.items() if f"{OWN_PACKAGE}.{stage}" in listed.modules
    }
    return tuple(sorted({*modules, *(set(_own_modules()) - stages)}))


def module_file(name: str) -> Path:
    """Where a module's source is, without importing it.

    Raises:
        MissingEvidenceError: nowhere.
    """
    top, *rest = name.split(".")
    path = _package_folder(top).joinpath(*rest)
    # of a package and a module with one name, Python imports the package
    for candidate in (path / "__init__.py", *([path.with_suffix(".py")] if rest else [])):
        if candidate.is_file():
            return candidate
    raise MissingEvidenceError(f"{name} is not there, but a stage imports it", hint=_REMEDY)


def files_below(names: tuple[str, ...]) -> Iterator[Path]:
    """Listed files, with the content of listed folders."""
    for name in names:
        if not name.endswith("/"):
            yield Path(name)
            continue
        for path in sorted(Path(name).rglob("*")):
            # what Python and tools leave there is no source
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.parts):
                yield path


def paths_in_a_checkout(listing: Mapping[str, Listed]) -> frozenset[str]:
    """Every path that a listed module or file may have in a repository: the package's own sources are below `src/`."""
    modules = {name for listed in listing.values() for name in listed.modules}
    stems = [
        name.replace(".", "/") if name.split(".")[0] == OWN_PACKAGE else "src/" + name.replace(".", "/")
        for name in modules
    ]
    files = {name for listed in listing.values() for name in listed.files}
    return frozenset(files.union(*((f"{stem}.py", f"{stem}/__init__.py") for stem in stems)))


def _listed(parts: Any) -> Listed:
    return Listed(*(tuple(map(str, parts[key])) for key in ("modules", "packages", "files")))


def _own_modules() -> Iterator[str]:
    """The names of all that can be imported from the project's folder; what editors and notebooks leave there cannot."""
    for path in Path(OWN_PACKAGE).rglob("*.py"):
        parts = path.with_suffix("").parts
        if all(part.isidentifier() for part in parts) and path.is_file():
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def _package_folder(name: str) -> Path:
    if name == OWN_PACKAGE:
        return Path(name)
    found = importlib.util.find_spec(name)
    places = list(found.submodule_search_locations or ()) if found else []
    if not places:
        raise MissingEvidenceError(f"the package {name} is not there, but a stage imports it", hint=_REMEDY)
    return Path(places[0])
