"""`python -m rehearsal.stand_ins ACTION main|post`: what a stand-in's node action starts."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

from rehearsal.stand_ins import STAND_INS, StandIn
from rehearsal.stand_ins.step import RefusedError, this_step


def main(action: str, moment: str) -> int:
    """Run one stand-in; 1 and an annotation where it refuses."""
    stand_in = next(each for each in STAND_INS if each.action == action)
    module = importlib.import_module(f"rehearsal.stand_ins.{stand_in.module}")
    try:
        _refuse_unknown_inputs(stand_in)
        getattr(module, moment)(this_step())
    except RefusedError as refused:
        print(f"{action}: {refused}")
        print(f"::error::{action}: {refused}")
        return 1
    except subprocess.CalledProcessError as failed:
        print(f"::error::{action}: {failed}: {failed.stderr}")
        return 1
    return 0


def _refuse_unknown_inputs(stand_in: StandIn) -> None:
    known = {name.replace(" ", "_").upper() for name in stand_in.inputs}
    given = {name.removeprefix("INPUT_") for name in os.environ if name.startswith("INPUT_")}
    if given - known:
        raise RefusedError(f"inputs {sorted(given - known)} are not modelled")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
