"""Digests of what a model is made from: data, parameters, sources, lock and library versions."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from modelratchet.core.digests import digest_value
from modelratchet.core.manifest import Lineage
from modelratchet.storage.code import CodeDigests
from modelratchet.storage.files import digest_file

# the libraries whose versions change a model's bytes
LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "skl2onnx", "onnx")


def lineage_of(data: Path, params: Any, code: CodeDigests) -> Lineage:
    """Digest where a model comes from; nothing here depends on when or where it runs.

    Args:
        data: the training rows.
        params: the settings that shaped the model, as plain data.
        code: the code that made it, and what the lock says of the packages that this imports.
    """
    libraries = {name: version(name) for name in LIBRARIES}
    libraries["python"] = ".".join(platform.python_version_tuple()[:2])
    return Lineage(digest_file(data), digest_value(params), code.code, code.packages, libraries)
