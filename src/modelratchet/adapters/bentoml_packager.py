"""`Packager` on `bentoml build`.

The build folder is made anew and holds nothing but what the image needs: without that, BentoML copies its own store, again and
again when it lies below the folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import modelratchet
from modelratchet.config.environment import TELEMETRY_OFF
from modelratchet.errors import OutsideError
from modelratchet.storage.bundles import Bundle, write_bundle
from modelratchet.usecases.ports import Packaged

SERVED = ("__init__.py", "errors.py", "core", "storage", "serving")
NAME = "modelratchet"
RECIPES = ("bentofile.yaml", "requirements-serving.lock")


class BentomlPackager:
    """Builds a bento of a bundle in `root`'s `build/bento`."""

    def __init__(self, root: Path) -> None:
        """Take the folder that holds `bentofile.yaml`."""
        self._root = root

    def package(self, bundle: Bundle) -> Packaged:
        """See the port."""
        folder = self._root / "build" / "bento"
        self._lay_out(folder, bundle)
        version = bundle.digest.removeprefix("sha256:")[:16]
        # a bento is never built over: one of an equal bundle may still hold older serving code
        _bentoml("delete", f"{NAME}:{version}", "--yes")
        built = _bentoml("build", "--version", version, "-o", "tag", cwd=folder)
        if built.returncode:
            raise OutsideError(f"bentoml build failed: {(built.stderr or built.stdout).strip()[-2000:]}")
        tag = built.stdout.strip().rsplit("__tag__:", 1)[-1]
        return Packaged(tag, Path(_bentoml("get", tag, "-o", "path").stdout.strip()))

    def _lay_out(self, folder: Path, bundle: Bundle) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        package = folder / "modelratchet"
        package.mkdir(parents=True)
        sources = Path(modelratchet.__file__).parent
        for name in SERVED:
            if (sources / name).is_dir():
                shutil.copytree(sources / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(sources / name, package / name)
        for name in RECIPES:
            shutil.copy2(self._root / name, folder / name)
        write_bundle(bundle, folder / "bundle")


def _bentoml(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bentoml", *arguments]
    # BentoML folds what it prints to the width of a terminal, paths and tags included
    environment = {**os.environ, **TELEMETRY_OFF, "COLUMNS": "4096"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)
