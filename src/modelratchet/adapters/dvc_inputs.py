"""Whether a stage's inputs are the bytes that the stages before it wrote. Called at the edge of every stage, by `wiring.stage`.

DVC takes a corrupted cache object for the file it once was: it checks it out, remembers its digest by time and size, and calls it up to date. So
each stage hashes what it was given, and compares with what `dvc.lock` says that it was when it was made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError

PIPELINE = Path("dvc.yaml")
LOCK = Path("dvc.lock")
_FOLDER = ".dir"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class RecordedOutput:
    """What `dvc.lock` says of an output: who wrote it, and its MD5, which ends in `.dir` for a folder."""

    stage: str
    path: str
    md5: str


def require_recorded_inputs(root: Path, stage: str) -> None:
    """Hash every input of a stage that an earlier stage wrote.

    A file that no stage wrote, or that DVC has not recorded yet, is none of these. Of an input in a folder that a stage wrote as a whole, all
    of the folder is hashed: that is what DVC recorded.

    Raises:
        MissingEvidenceError: an input is not there.
        DigestError: an input has other bytes than its stage wrote.
        EvidenceError: `dvc.yaml` or `dvc.lock` cannot be read.
    """
    wanted = tuple(_inputs(root, stage))
    for output in _outputs(root) if wanted else ():
        if any(f"{path}/".startswith(f"{output.path}/") for path in wanted):
            _require(root, output)


def md5_of(path: Path) -> str:
    """The MD5 that DVC gives a file or a folder.

    Source: DVC 3, `dvc_data.hashfile.tree.Tree`: a folder is the JSON list of its files' digests, by name.
    """
    if not path.is_dir():
        return _md5_of_file(path)
    files = sorted((file.relative_to(path).as_posix(), file) for file in path.rglob("*") if file.is_file())
    listing = [{"md5": _md5_of_file(file), "relpath": name} for name, file in files]
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + _FOLDER


def _require(root: Path, output: RecordedOutput) -> None:
    path = root / output.path
    again = f"Delete it and {cache_object(output.md5)}, then run `ratchet run`: `{output.stage}` makes it anew."
    if not path.exists():
        raise MissingEvidenceError(f"{output.path} is not there, which `{output.stage}` wrote", hint=again)
    found = md5_of(path)
    if found != output.md5:
        raise DigestError(
            f"{output.path} is not what `{output.stage}` wrote: its MD5 is {found}, {LOCK} says {output.md5}",
            hint=again,
        )


def cache_object(md5: str) -> Path:
    """Where DVC's cache holds the object of that digest, unless the cache was put elsewhere."""
    return Path(".dvc/cache/files/md5") / md5[:2] / md5[2:]


def _inputs(root: Path, stage: str) -> Iterator[str]:
    described = _read(root / PIPELINE).get("stages", {}).get(stage, {})
    for item in described.get("deps", ()) if isinstance(described, Mapping) else ():
        yield item if isinstance(item, str) else next(iter(item))


def _outputs(root: Path) -> Iterator[RecordedOutput]:
    for stage, entry in _read(root / LOCK).get("stages", {}).items():
        for out in entry.get("outs", ()):
            # without `hash: md5` the lock is of DVC 2, which normalised line ends before it hashed
            if out.get("hash") == "md5" and out.get("md5"):
                yield RecordedOutput(str(stage), str(out["path"]), str(out["md5"]))


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.load(path.read_bytes(), Loader=_LOADER)  # noqa: S506 - a safe loader
    except FileNotFoundError:
        return {}
    except yaml.YAMLError as error:
        raise EvidenceError(f"{path.name} is not YAML: {error}", hint="Restore it from git.") from error
    return data if isinstance(data, dict) else {}


def _md5_of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
