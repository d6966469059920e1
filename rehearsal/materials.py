"""Writes the stand-ins as folders that `act` takes in place of remote actions (`--local-repository`). Called by `act`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

from rehearsal.stand_ins import STAND_INS, StandIn, stand_in_for
from rehearsal.workflow_files import remote_uses

ROOT = Path(__file__).parents[1]
# without site-packages: a stand-in needs the standard library only; -P: the job's folder may have a package `rehearsal` too
_SCRIPT = """\
const { spawnSync } = require('node:child_process');
const place = require('./place.json');
const env = { ...process.env, PYTHONPATH: place.root, REHEARSAL_HUB: place.hub, PYTHONDONTWRITEBYTECODE: '1' };
const done = spawnSync(place.python, ['-S', '-P', '-m', 'rehearsal.stand_ins', place.action, '%s'], { env, stdio: 'inherit' });
process.exit(done.status === null ? 1 : done.status);
"""


def write_actions(project: Path, folder: Path, hub: Path) -> dict[str, Path]:
    """Write what the workflows of a project use; `owner/name@ref` to the folder that takes its place.

    Raises:
        LookupError: a workflow uses an action that has no stand-in.
    """
    found = {}
    for uses in sorted(remote_uses(project)):
        repository = stand_in_for(uses).repository
        found[f"{repository}@{uses.partition('@')[2]}"] = folder / repository
        for stand_in in STAND_INS:
            if stand_in.repository == repository:
                _write(stand_in, folder / stand_in.action, hub)
    return found


def _write(stand_in: StandIn, folder: Path, hub: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    runs = {"using": "node24", "main": "main.js"}
    if stand_in.after:
        runs |= {"post": "post.js", "post-if": stand_in.after}
    inputs = {name: {"description": name, "default": default} for name, default in stand_in.inputs.items()}
    described = {
        "name": stand_in.action,
        "description": f"Stands in for {stand_in.action}",
        "inputs": inputs,
        "runs": runs,
    }
    (folder / "action.yml").write_text(yaml.safe_dump(described))
    for moment in ("main", "post"):
        (folder / f"{moment}.js").write_text(_SCRIPT % moment)
    place = {"python": sys.executable, "root": str(ROOT), "hub": str(hub), "action": stand_in.action}
    (folder / "place.json").write_text(json.dumps(place))
