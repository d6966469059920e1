"""What a session of tests brings along, so that nothing of the machine's leaks in: a home, an identity for git, a zone, a locale, DVC's folders.

A test that wants another one sets it itself. `tests/conftest.py` calls it once a session, in the process that the workers start from.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

_FOREIGN = (
    "AIP_", "AWS_", "BENTOML_", "DVC_", "GIT_", "GITHUB_", "LC_", "MLFLOW_", "OTEL_", "PG", "RATCHET_", "SAGEMAKER_", "XDG_",
)  # fmt: skip
"""How names of variables begin that the programs on trial would heed."""
_FOREIGN_NAMES = {"DOCKER_CONFIG", "EMAIL", "LANGUAGE", "MPLCONFIGDIR"}
_NETWORK = ("CA_BUNDLE", "CAINFO")
"""How they end where they only say how to reach a network."""
GIT_SETTINGS = """\
[user]
	name = A Test
	email = test@example.invalid
[init]
	defaultBranch = main
[safe]
	directory = *
"""


def enter(home: Path) -> None:
    """Make the home, and put this process and all that it starts into these surroundings."""
    home.mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").write_text(GIT_SETTINGS)
    before = dict(os.environ)
    _lend_plugins(Path(before.get("HOME", "/nowhere")), home)
    after = surroundings(before, home)
    os.environ.clear()
    os.environ.update(after)
    time.tzset()


def surroundings(inherited: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment: what was inherited, without what is the machine's own, and what the session brings."""
    kept = {name: value for name, value in inherited.items() if not _is_foreign(name)}
    path = inherited.get("PATH", os.defpath)
    binaries = str(Path(sys.executable).parent)
    return {
        **kept,
        **_engine(inherited),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PATH": path if binaries in path.split(os.pathsep) else os.pathsep.join([binaries, path]),
        "GIT_CONFIG_NOSYSTEM": "1",
        "DVC_NO_ANALYTICS": "1",
        "DVC_GLOBAL_CONFIG_DIR": str(home / "dvc" / "global"),
        "DVC_SITE_CACHE_DIR": str(home / "dvc" / "site"),
        "DVC_SYSTEM_CONFIG_DIR": str(home / "dvc" / "system"),
    }


def _is_foreign(name: str) -> bool:
    return (name.startswith(_FOREIGN) and not name.endswith(_NETWORK)) or name in _FOREIGN_NAMES


def _engine(inherited: Mapping[str, str]) -> dict[str, str]:
    """Where Docker's engine is, if the home that is left says so: it is the machine's, unlike that home's logins."""
    settings = (
        Path(inherited.get("DOCKER_CONFIG") or Path(inherited.get("HOME", "/nowhere")) / ".docker") / "config.json"
    )
    try:
        context = json.loads(settings.read_bytes()).get("currentContext")
    except (OSError, ValueError):
        return {}
    if not context or "DOCKER_HOST" in inherited:
        return {}
    command = ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}", context]
    asked = subprocess.run(command, capture_output=True, text=True, check=False) if shutil.which("docker") else None
    return {"DOCKER_HOST": asked.stdout.strip()} if asked and asked.returncode == 0 and asked.stdout.strip() else {}


def _lend_plugins(left: Path, home: Path) -> None:
    """Docker's plugins, such as buildx, may be installed in the home that is left."""
    plugins = left / ".docker" / "cli-plugins"
    if plugins.is_dir():
        (home / ".docker").mkdir(exist_ok=True)
        (home / ".docker" / "cli-plugins").symlink_to(plugins)
