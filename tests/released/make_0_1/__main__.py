"""Makes the golden files of release 0.1, by its real commands, into `tests/released/0.1`. Run once; what it made is kept for ever.

They have to be what commit 2506e55 writes, so it runs in a checkout of that commit into which this folder was copied, and refuses any other.
MLflow keeps the whole path of the project, and a log the name of the machine: so the project lies in a folder, and on a machine, with names of their own:

    unshare --mount --uts sh -c 'hostname server; mount -t tmpfs none /home; mkdir -p /home/alice; python -m tests.released.make_0_1 /home/alice/parcels OUT'

The key that signs is made anew and thrown away; its public half is kept beside the files.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.released.make_0_1.loose import copy_loose, make_image_statement, make_move
from tests.released.make_0_1.served import make_served
from tests.released.make_0_1.store import ALICE, Maker, make_parcels, tell_story
from tests.samples.events import key_pair
from tests.samples.projects import ROOT

COMMIT = "2506e55"
_OF_THE_RELEASE = ("src", "pipeline", "dvc.yaml", "requirements.lock")
_KEPT = ("mlflow.db", "mlartifacts", "certificates", "params.yaml")
_LEFT_OUT = {".png", ".html"}


def main(folder: Path, target: Path) -> None:
    """Make the project in `folder` and the files in `target`; neither may be there yet."""
    refuse_other_release()
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as keys:
        private, public = key_pair(Path(keys))
        maker = Maker(make_parcels(folder), {**ALICE, "RATCHET_SIGNING_KEY": str(private)})
        tell_story(maker)
        (target / "key.pub").write_bytes(public.read_bytes())
        copy_loose(folder, target)
        make_image_statement(folder, private, target / "image")
    make_move(folder, target / "move")
    done = maker.project.ratchet("champion", "export", str(target / "export"), **maker.environment)
    assert done.returncode == 0, done.stderr
    pack(folder, target / "parcels.tar.gz")
    make_served(maker, target)


def refuse_other_release() -> None:
    """End here, unless the sources are the release's to the byte."""
    done = subprocess.run(["git", "diff", "--quiet", COMMIT, "--", *_OF_THE_RELEASE], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"{ROOT} is not at {COMMIT}: only that commit can write the golden files of release 0.1")


def pack(folder: Path, archive: Path) -> None:
    """The store as it lies, with nothing of this machine in the archive; pictures and pages for people are left out."""
    with tarfile.open(archive, "w:gz", compresslevel=9) as packed:
        for name in _KEPT:
            top = folder / name
            for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
                if path.is_file() and path.suffix not in _LEFT_OUT:
                    data = path.read_bytes()
                    entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
                    entry.size = len(data)
                    packed.addfile(entry, io.BytesIO(data))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
