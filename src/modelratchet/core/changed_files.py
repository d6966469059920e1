"""What a change may have done, by the names of the files it touched: to the code, to the model, or to neither. Pure.

Asked at the beginning of the workflows, so that a change of the documentation runs no test and trains nothing. A name that is not known to be harmless is
none: it touches both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

_DOCUMENTATION = ("docs/", "LICENSE", "CHANGELOG", "NOTICE")
_TRIED_PAGES = tuple(
    f"docs/how-to/{page}.md"
    for page in ("bring-your-own-data", "ci", "model-tests", "params", "protocols", "team-registry", "upgrade")
)
"""Exceptions of those: tests of the suite follow these pages to the letter, or hold them against the code."""
_CODE_ALONE = (
    ".ci/",
    ".github/",
    ".gitignore",
    ".importlinter",
    "Makefile",
    "audit.yaml",
    "benchmarks/",
    "bentofile.yaml",
    "docker/",
    "package-lock.json",
    "package.json",
    "rehearsal/",
    "requirements-rehearsal.",
    "requirements-serving.",
    "tests/",
)
"""Beginnings of names that the package's tests are about and no stage reads."""
_JUDGING = (".github/actions/", ".github/workflows/model.yml", ".github/workflows/pipeline.yml", "tests/model/")
"""Exceptions of those: a change of how a model is judged is tried on the model."""


@dataclass(frozen=True)
class Touched:
    """What has to be looked at again."""

    code: bool
    model: bool


EVERYTHING = Touched(code=True, model=True)


def touched(changed: Sequence[str], stage_sources: Collection[str]) -> Touched:
    """Say what a change has to be tried on.

    Args:
        changed: paths relative to the project's root.
        stage_sources: the paths that the pipeline's stages are made of; a name that ends in `/` stands for all below it.

    >>> touched(["docs/benchmarks.md", "README.md"], ())
    Touched(code=False, model=False)
    >>> touched(["params.yaml"], ())
    Touched(code=True, model=True)
    """
    code = [path for path in changed if not _is_documentation(path)]
    return Touched(code=bool(code), model=any(_reaches_model(path, stage_sources) for path in code))


def _is_documentation(path: str) -> bool:
    # deeper down a page may be what a test compares with, or lie in a folder that a stage reads
    is_page = path.startswith(_DOCUMENTATION) or ("/" not in path and path.endswith(".md"))
    return is_page and path not in _TRIED_PAGES


def _reaches_model(path: str, stage_sources: Collection[str]) -> bool:
    if path in stage_sources or path.startswith(tuple(name for name in stage_sources if name.endswith("/"))):
        return True
    # sources of the package that no stage is made of: commands, the server, adapters of other systems
    is_harmless = path.startswith((*_CODE_ALONE, *_TRIED_PAGES)) or (path.startswith("src/") and path.endswith(".py"))
    return not is_harmless or path.startswith(_JUDGING)
