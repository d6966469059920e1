"""`Packager` on `bentoml build`.

The build folder is made anew and holds nothing but what the image needs: without that, BentoML copies its own store, again and
again when it lies below the folder.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import modelratchet
from modelratchet.config.environment import TELEMETRY_OFF
from modelratchet.core.digests import PREFIX, digest_value
from modelratchet.errors import InputError, OutsideError
from modelratchet.storage.bundles import write_bundle
from modelratchet.storage.files import digest_file
from modelratchet.storage.locks import locked_packages
from modelratchet.usecases.ports.serving import Distribution, Packaged, Shipment

SERVED = ("__init__.py", "errors.py", "version.py", "core", "storage", "serving")
TEMPLATE = Path("docker/Dockerfile.template")
RECIPES = (Path("bentofile.yaml"), Path("requirements-serving.lock"), TEMPLATE)
_TARGET = {
    "python_version": "3.12",
    "python_full_version": "3.12.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
}
_UNTOLD = re.compile(r"[^A-Za-z0-9 ._:/+@-]")


class BentomlPackager:
    """Builds a bento in `root`'s `build/bento`."""

    def __init__(self, root: Path) -> None:
        """Take the folder that holds `bentofile.yaml`."""
        self._root = root

    def package(self, shipment: Shipment) -> Packaged:
        """See the port."""
        folder = self._root / "build" / "bento"
        self._lay_out(folder, shipment)
        name, version = _name(shipment.name), _version(shipment, folder)
        with (folder / TEMPLATE.name).open("a") as template:
            template.write(_labels(shipment.labels))
        # a bento is never built over: one of an equal tag may hold another signature, or other labels
        _bentoml("delete", f"{name}:{version}", "--yes")
        built = _bentoml("build", "--name", name, "--version", version, "-o", "tag", cwd=folder)
        if built.returncode:
            raise OutsideError(
                f"bentoml build failed: {_last_words(built.stderr or built.stdout)}",
                hint=f"`bentoml build` in {folder} says all of it.",
            )
        tag = built.stdout.strip().rsplit("__tag__:", 1)[-1]
        return Packaged(tag, Path(_bentoml("get", tag, "-o", "path").stdout.strip()))

    def content_tag(self, shipment: Shipment) -> str:
        """See the port."""
        with tempfile.TemporaryDirectory(prefix="ratchet-tag-") as name:
            folder = Path(name) / "bento"
            self._lay_out(folder, shipment)
            return _version(shipment, folder)

    def locked(self, packaged: Packaged) -> tuple[Distribution, ...]:
        """See the port."""
        text = (packaged.folder / "env" / "python" / "requirements.txt").read_text()
        return tuple(Distribution("pypi", *found) for found in locked_packages(text, _TARGET))

    def _lay_out(self, folder: Path, shipment: Shipment) -> None:
        if missing := [str(name) for name in RECIPES if not (self._root / name).is_file()]:
            raise InputError(
                f"{self._root} has no {', '.join(missing)}", hint="Run this in the root folder of a project."
            )
        shutil.rmtree(folder, ignore_errors=True)
        package = folder / "modelratchet"
        package.mkdir(parents=True)
        sources = Path(modelratchet.__file__).parent
        for name in SERVED:
            if (sources / name).is_dir():
                shutil.copytree(sources / name, package / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(sources / name, package / name)
        for path in RECIPES:
            shutil.copy2(self._root / path, folder / path.name)
        write_bundle(shipment.bundle, folder / "bundle")
        for beside, data in shipment.beside.items():
            (folder / beside).write_bytes(data)


def _name(model: str) -> str:
    """What both BentoML and image registries take for a name."""
    return re.sub(r"[._-]{2,}", "-", re.sub(r"[^a-z0-9._-]", "-", model.lower())).strip("._-") or "model"


def _version(shipment: Shipment, folder: Path) -> str:
    """Of bundle, serving sources, recipes and stamp; neither labels nor signature count, for equal ones differ from day to day."""
    served = [path for path in folder.glob("modelratchet/**/*") if path.is_file()]
    sources = [*served, *(folder / path.name for path in RECIPES)]
    digests = {str(path.relative_to(folder)): digest_file(path) for path in sources}
    code = digest_value({"stamp": shipment.stamp, "sources": digests})
    return f"{shipment.bundle.digest.removeprefix(PREFIX)[:12]}-{code.removeprefix(PREFIX)[:8]}"


def _labels(labels: Mapping[str, str]) -> str:
    """Lines for the Dockerfile; what could end a text in it, or name a variable of Docker or Jinja, is left out."""
    return "".join(f'LABEL {name}="{_UNTOLD.sub("_", value)[:200]}"\n' for name, value in labels.items() if value)


def _last_words(printed: str) -> str:
    """What went wrong: of a traceback the exception alone."""
    text = printed.strip()
    return text.splitlines()[-1] if "Traceback (most recent call last)" in text else text[-2000:]


def _bentoml(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bentoml", *arguments]
    # BentoML folds what it prints to the width of a terminal, paths and tags included
    environment = {**os.environ, **TELEMETRY_OFF, "COLUMNS": "4096"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)
