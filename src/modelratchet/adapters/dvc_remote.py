"""DVC's remote on its command line: what was made elsewhere comes here, and what was made here goes there, the cache of runs too.

The cache of runs is what lets a machine that has never run the pipeline skip the stages whose inputs another has seen.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from modelratchet.config.environment import TELEMETRY_OFF
from modelratchet.errors import OutsideError

_DEFAULT = re.compile(r"^(?P<name>\S+)\s+(?P<address>\S.*?)\s+\(default\)$", re.MULTILINE)
_SAID_LINES = 12


@dataclass(frozen=True)
class Remote:
    """The default remote. `address` is a folder's path or a URL."""

    name: str
    address: str

    @property
    def is_folder_to_come(self) -> bool:
        """Whether it is a folder that nobody has pushed to yet."""
        return "://" not in self.address and not Path(self.address).exists()


class DvcRemote:
    """The remote of the project in `root`."""

    def __init__(self, root: Path) -> None:
        """Take the folder that holds `.dvc`."""
        self._root = root

    def default(self) -> Remote | None:
        """The remote that is asked where none is named; None where there is none.

        Raises:
            OutsideError: DVC cannot tell, most often because its settings are at fault.
        """
        found = _DEFAULT.search(self._dvc("remote", "list"))
        return Remote(found["name"], found["address"]) if found else None

    def pull(self) -> None:
        """Bring data, outputs and the cache of runs. What the remote lacks is left to be made.

        Raises:
            OutsideError: the remote does not answer, or refuses us, or holds other bytes than it should.
        """
        self._dvc("pull", "--run-cache", "--allow-missing")

    def push(self) -> None:
        """Take there what it lacks.

        Raises:
            OutsideError: the remote does not answer, or refuses us.
        """
        self._dvc("push", "--run-cache")

    def prune(self) -> None:
        """Drop from the local cache all that this commit does not use.

        Raises:
            OutsideError: another run is going on in the folder, or the disk fails.
        """
        self._dvc("gc", "--workspace", "--force")

    def _dvc(self, *arguments: str) -> str:
        result = subprocess.run(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=self._root,
            env={**os.environ, **TELEMETRY_OFF},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if result.returncode == 0:
            return result.stdout
        said = "\n".join([*result.stdout.splitlines(), *result.stderr.splitlines()][-_SAID_LINES:])
        raise OutsideError(
            f"`dvc {' '.join(arguments)}` ended with {result.returncode}:\n{said}",
            hint="Look at the remote and its credentials (`dvc remote list`), then run the same command again.",
        )
