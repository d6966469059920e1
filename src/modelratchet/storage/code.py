"""Which sources each stage is made of, by digest. Called by the `watch_source` stage on every run.

DVC does not see imports, and it loads and rewrites its lock for every stage that runs: hundreds of source files among the dependencies
make that slow (docs/adr/0001). So each stage depends on one small file that changes when any of its sources does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from modelratchet.core.digests import digest_value
from modelratchet.errors import MissingEvidenceError
from modelratchet.storage.files import digest_file, read_json, write_json

OWN_MODULE = "pipeline/project.py"


def stage_sources(listing: Path) -> dict[str, tuple[Path, ...]]:
    """The sources of each stage, sorted.

    A stage made of `project.py` is made of the user's other modules beside it too. A listed name that ends in `/` stands for all files
    below that folder, which need not be there.

    Raises:
        MissingEvidenceError: the listing is not there.
    """
    listed: Mapping[str, list[str]] = read_json(listing)
    folder = Path(OWN_MODULE).parent
    own = {str(path) for path in folder.rglob("*.py") if path.stem not in listed}
    return {
        stage: tuple(Path(name) for name in sorted({*_files(names), *(own if OWN_MODULE in names else ())}))
        for stage, names in listed.items()
    }


def write_code_digests(listing: Path, directory: Path) -> bool:
    """Write one digest a stage into `directory`, only where it changed.

    Returns:
        Whether anything changed.

    Raises:
        MissingEvidenceError: a listed source is not there.
    """
    sources = stage_sources(listing)
    digests = {path: _digest(path) for paths in sources.values() for path in paths}
    has_changed = False
    for stage, paths in sources.items():
        value = {"digest": digest_value({path.as_posix(): digests[path] for path in paths})}
        target = directory / f"{stage}.json"
        if not target.exists() or read_json(target) != value:
            write_json(target, value)
            has_changed = True
    return has_changed


def _files(names: list[str]) -> Iterator[str]:
    for name in names:
        if not name.endswith("/"):
            yield name
            continue
        for path in Path(name).rglob("*"):
            # what Python and tools leave there is no source
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.parts):
                yield path.as_posix()


def _digest(path: Path) -> str:
    try:
        return digest_file(path)
    except FileNotFoundError as error:
        raise MissingEvidenceError(
            f"{path} is not there, but a stage imports it", hint="Run `make stage-deps`."
        ) from error
