"""Where files lay and where they will lie: addresses in rows follow their files. Pure; used by `old_store`.

MLflow's server decides who may read a file by the experiment's number at the head of its path, so that is where each experiment's files go,
whatever its folder was called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

ARTIFACT_LOCATION_KEY = "mlflow.artifactLocation"
"""The tag by which a trace names its files."""

PATH_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "experiments": ("artifact_location",),
    "runs": ("artifact_uri",),
    "logged_models": ("artifact_location",),
    "model_versions": ("source", "storage_location"),
    "workspaces": ("default_artifact_root", "trace_archival_location"),
    "trace_tags": ("value",),
}
"""Every column in which MLflow keeps the place of a file; of `trace_tags` only the rows with that key."""


@dataclass(frozen=True)
class Place:
    """A folder with an experiment's files, and the address that they will have. `number` is the experiment's."""

    number: str
    old: PurePosixPath
    new: str


class Places:
    """All places, the deepest first, for one may lie within another."""

    def __init__(self, places: Iterable[Place]) -> None:
        """Take the places in any order."""
        self._places = sorted(places, key=lambda place: len(place.old.parts), reverse=True)

    def moved(self, address: str) -> str:
        """An address as the new store has to name it; one that is no local path, or lies elsewhere, stays."""
        path = local_path(address)
        place = None if path is None else self._holding(path)
        if path is None or place is None:
            return address
        rest = path.relative_to(place.old).as_posix()
        return place.new if rest == "." else f"{place.new}/{rest}"

    def is_lost(self, address: str) -> bool:
        """Whether it is a local path that nobody else could find: it lies in none of the places."""
        path = local_path(address)
        return path is not None and self._holding(path) is None

    def _holding(self, path: PurePosixPath) -> Place | None:
        return next((place for place in self._places if path.is_relative_to(place.old)), None)


def local_path(address: str) -> PurePosixPath | None:
    """The path of a local address, with or without `file:`; None for any other: `models:/NAME/3`, `s3://…`, nothing at all."""
    if address.startswith("file:"):
        return PurePosixPath(unquote(urlsplit(address).path))
    return PurePosixPath(address) if address.startswith("/") else None


def is_address(table: str, column: str, row: Mapping[str, object]) -> bool:
    """Whether a value is the place of a file."""
    if column not in PATH_COLUMNS.get(table, ()):
        return False
    return table != "trace_tags" or row.get("key") == ARTIFACT_LOCATION_KEY
