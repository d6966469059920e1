"""`make changes`: what the commits since another one have to be tried on. Needs Python and git, and no environment.

The workflows ask it first: an environment takes longer to make than most changes of the documentation take to check.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from modelratchet.adapters.git_changes import changed_files
from modelratchet.config.layout import SOURCES
from modelratchet.core.changed_files import EVERYTHING, Touched, touched
from modelratchet.errors import EvidenceError, InputError
from modelratchet.storage.code_listing import paths_in_a_checkout, read_listing
from modelratchet.wiring.jobs import job_outputs

SINCE_VARIABLE = "SINCE"


def main() -> None:
    """Print the answer, and hand it on as the outputs `code` and `model`."""
    since = os.environ.get(SINCE_VARIABLE, "")
    files = changed_files(Path(), since) if since else None
    found = EVERYTHING if files is None else touched(files, _stage_sources())
    job_outputs().tell({"code": _word(found.code), "model": _word(found.model)})
    sys.stdout.write("\n".join(_lines(since, files, found)) + "\n")


def _stage_sources() -> frozenset[str]:
    try:
        return paths_in_a_checkout(read_listing(SOURCES))
    except (EvidenceError, InputError):  # without the list, or with one of release 0.1, every source may be a stage's
        return frozenset({"src/"})


def _lines(since: str, files: tuple[str, ...] | None, found: Touched) -> list[str]:
    if files is None:
        return [f"Which files changed since {since or 'when'} is not known: everything is tried."]
    # by repr, so that no name is taken for a command by whatever reads this
    return [
        *(f"  {name!r}" for name in files[:20]),
        f"{len(files)} files changed since {since}: code {_word(found.code)}, model {_word(found.model)}",
    ]


def _word(is_so: bool) -> str:
    return "true" if is_so else "false"


if __name__ == "__main__":
    main()
