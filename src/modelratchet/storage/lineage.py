"""Digests of what a model is made from: data, parameters, sources, lock and library versions."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from modelratchet.core.digests import digest_value
from modelratchet.core.manifest import Lineage
from modelratchet.storage.files import digest_file

# the libraries whose versions change a model's bytes
LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "skl2onnx", "onnx")


def lineage_of(data: Path, params: Any, sources: Iterable[Path], lock: Path) -> Lineage:
    """Digest where a model comes from; nothing here depends on when or where it runs.

    Args:
        data: the training rows.
        params: the settings that shaped the model, as plain data.
        sources: the source files that made it.
        lock: the lock of the environment.
    """
    libraries = {name: version(name) for name in LIBRARIES}
    libraries["python"] = ".".join(platform.python_version_tuple()[:2])
    digests = {path.as_posix(): digest_file(path) for path in sources}
    return Lineage(digest_file(data), digest_value(params), digest_value(digests), digest_file(lock), libraries)
