"""Artifacts: put a folder of files where a run keeps its own, read all of it back, compare.

MLflow copies a folder file by file under the final names, so a kill leaves cut files there. Nothing counts before
`upload` has read back what it wrote.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelratchet.adapters.mlflow.errors import is_unreachable
from modelratchet.core.digests import digest_value
from modelratchet.errors import DigestError, MissingEvidenceError
from modelratchet.storage.files import digest_file

_DOWNLOAD_NOTE = "registered_model_meta"

if TYPE_CHECKING:
    from mlflow.store.artifact.artifact_repo import ArtifactRepository


def repository(uri: str, tracking_uri: str) -> ArtifactRepository:
    """MLflow's access to the files under an artifact URI."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    found: ArtifactRepository = get_artifact_repository(uri, tracking_uri=tracking_uri, registry_uri=tracking_uri)
    found.thread_pool = GivingUp(found.max_workers)
    return found


class GivingUp(ThreadPoolExecutor):
    """Threads that try nothing more once one of them found that nothing listens.

    MLflow downloads a folder with a few threads, and each file uses up its own tries: a server that dies meanwhile would take
    a minute to be given up.
    """

    def __init__(self, max_workers: int) -> None:
        """As many at a time as the caller likes."""
        super().__init__(max_workers, thread_name_prefix="artifacts")
        self._gone = threading.Event()
        self._reason = ""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run it, unless the server turns out to be gone before its turn comes."""
        return super().submit(self._tried, fn, *args, **kwargs)

    def _tried(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if self._gone.is_set():
            raise ConnectionRefusedError(self._reason)
        try:
            return call(*arguments, **named)
        except Exception as error:
            if is_unreachable(error):
                self._reason = str(error)
                self._gone.set()
            raise


def upload(target: ArtifactRepository, folder: Path) -> dict[str, str]:
    """Upload everything below `folder` to the artifact root, and verify what arrived.

    Returns:
        Each file's relative name and digest.

    Raises:
        DigestError: what was read back is not what was sent.
    """
    target.log_artifacts(str(folder))
    expected = digests_below(folder)
    verify(target, expected)
    return expected


def verify(target: ArtifactRepository, expected: dict[str, str]) -> None:
    """Read the stored files and compare their digests.

    Raises:
        DigestError: a file is missing or has other bytes.
    """
    here = _folder_of(target)
    if here is not None:
        # MLflow does not hand over a file of this machine that has a `#` in its name
        require_same(expected, digests_below(here))
        return
    with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
        local = Path(target.download_artifacts("", dst_path=folder))
        found = digests_below(local)
    require_same(expected, found)


def _folder_of(target: ArtifactRepository) -> Path | None:
    """The folder of an artifact root on this machine; None for any other."""
    from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository

    return Path(target.artifact_dir) if isinstance(target, LocalArtifactRepository) else None


def require_same(expected: dict[str, str], found: dict[str, str]) -> None:
    """Compare digests by name.

    Raises:
        DigestError: a file is missing or has other bytes.
    """
    wrong = sorted(name for name, digest in expected.items() if found.get(name) != digest)
    if wrong:
        raise DigestError(
            f"{len(wrong)} of {len(expected)} artifacts were stored with other bytes: {', '.join(wrong[:5])}",
            hint="Check the disk of the artifact store, then run the same command again.",
        )


def digest_below(folder: Path) -> str:
    """One digest of all files below a folder, names included; MLflow's own note of a download is no part of it.

    Raises:
        MissingEvidenceError: there is no such folder.
    """
    found = digests_below(folder)
    found.pop(_DOWNLOAD_NOTE, None)
    return digest_value(found)


def digests_below(folder: Path) -> dict[str, str]:
    """Digest of every file below a folder, by its relative name.

    Raises:
        MissingEvidenceError: there is no such folder.
    """
    if not folder.is_dir():
        raise MissingEvidenceError(f"{folder} is not a folder", hint="Run `ratchet run` again.")
    return {
        path.relative_to(folder).as_posix(): digest_file(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
