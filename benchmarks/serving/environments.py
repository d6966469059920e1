"""An environment for each peer, made from the pinned requirements in `peers/` at first use. Called by `servers`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).parent / "peers"
ENVIRONMENTS = Path(".ratchet/benchmarks/serving/environments")


def interpreter_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which is made, or made anew after its requirements changed.

    Raises:
        SystemExit: uv could not install them; its own words were printed.
    """
    requirements = PEERS / f"{peer}.txt"
    folder = ENVIRONMENTS / peer
    interpreter, stamp = folder / "bin/python", folder / "made-from"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest() + sys.version
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"Making the environment of {peer} from {requirements.name}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        _uv("venv", "-q", "-p", sys.executable, str(folder))
        _uv("pip", "install", "-q", "--compile-bytecode", "-p", str(interpreter), "-r", str(requirements))
        stamp.write_text(wanted)
    return interpreter.absolute()


def _uv(*arguments: str) -> None:
    if subprocess.run([sys.executable, "-m", "uv", *arguments], check=False).returncode:
        raise SystemExit(f"uv {arguments[0]} failed; nothing can be compared without {arguments[-1]}")
