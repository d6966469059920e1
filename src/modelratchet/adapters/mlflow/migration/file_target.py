"""The port `FileTarget`: where MLflow's server keeps files, reached as the server reaches it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow import artifacts
from modelratchet.adapters.mlflow.migration.reaching import reaching
from modelratchet.errors import DigestError, MissingEvidenceError
from modelratchet.usecases.ports.migration import FileGroup

if TYPE_CHECKING:
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

_AT_ONCE = 4


class ArtifactFolder:
    """A folder of an object store, or one of this machine."""

    def __init__(self, uri: str) -> None:
        """Take its address; nothing is opened yet."""
        self._uri = uri.rstrip("/")

    @property
    def shown(self) -> str:
        """The address."""
        return self._uri

    def strangers(self, groups: Sequence[FileGroup]) -> Sequence[str]:
        """Whatever lies below an experiment's number and is none of its runs."""
        known = {group.name for group in groups}
        found = []
        for number in sorted({group.name.split("/", 1)[0] for group in groups}):
            with reaching(self._uri, "be listed"):
                below = artifacts.repository(f"{self._uri}/{number}", "").list_artifacts("")
            found += [
                f"{self._uri}/{number}/{item.path} is there already"
                for item in below
                if f"{number}/{item.path}" not in known
            ]
        return found

    def copy(self, groups: Sequence[FileGroup], taken: Callable[[FileGroup, bool], None]) -> None:
        """A few groups at a time."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            under_way = {pool.submit(self._copied, group): group for group in groups}
            try:
                for done in as_completed(under_way):
                    taken(under_way[done], done.result())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _copied(self, group: FileGroup) -> bool:
        """Whether it had to be sent."""
        with reaching(self._uri, f"take over {group.name}"):
            target = artifacts.repository(f"{self._uri}/{group.name}", "")
            expected = artifacts.digests_below(group.folder)
            if target.list_artifacts("") and _holds(target, expected):
                return False
            artifacts.upload(target, group.folder)
            return True


def _holds(target: ArtifactRepository, expected: dict[str, str]) -> bool:
    try:
        artifacts.verify(target, expected)
    except (DigestError, MissingEvidenceError):
        return False
    return True
