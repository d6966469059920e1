"""What the pipeline costs beyond its work: `python -m benchmarks.pipeline [--rounds N] [--json]`.

Three comparisons, each taken in turns in one session on copies of this project:

    scratch   `ratchet run` on the flights example, nothing cached, against a bare script that calls the same stages in one process
    no-op     `make run` with nothing to do, against `dvc repro` with nothing to do on as many stages of `echo`
    help      `ratchet --help`, against `python -c pass`
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
COPIED = (
    "src",
    "pipeline",
    "expectations",
    "dvc.yaml",
    "params.yaml",
    "requirements.lock",
    "requirements-bootstrap.lock",
)
COPIED_TOO = ("pyproject.toml", "Makefile", ".gitignore", ".dvcignore", "README.md")


@dataclass(frozen=True)
class Measured:
    """Medians of one comparison in seconds, and the ratio that is wanted at most."""

    name: str
    ours_s: float
    bare_s: float
    ratio: float
    wanted_ratio: float | None
    wanted_s: float | None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = list(measure(Path(folder), options.rounds))
    if options.json:
        print(json.dumps([asdict(item) for item in found], indent=2))
        return
    print("| comparison | ours, s | bare, s | ratio | wanted |\n|---|---|---|---|---|")
    for item in found:
        wanted = [f"at most {item.wanted_ratio:g} times"] if item.wanted_ratio else []
        wanted += [f"at most {item.wanted_s:g} s"] if item.wanted_s else []
        print(f"| {item.name} | {item.ours_s:.2f} | {item.bare_s:.2f} | {item.ratio:.2f} | {', '.join(wanted)} |")


def measure(folder: Path, rounds: int) -> Iterator[Measured]:
    """Yield the three comparisons."""
    counter = iter(range(1000))

    def scratch_run() -> float:
        return timed([sys.executable, "-m", "modelratchet", "run", "-q"], copy_project(folder / f"run{next(counter)}"))

    def scratch_bare() -> float:
        project = copy_project(folder / f"bare{next(counter)}")
        (project / "bare.py").write_text(bare_script(project))
        return timed([sys.executable, "bare.py"], project)

    yield compare("the example from scratch", scratch_run, scratch_bare, (rounds, 1.5, 120.0))
    done = next(folder.glob("run*"))
    # the copy runs in this environment: `make` must not make another
    (done / ".venv").symlink_to(Path(sys.prefix))
    bare = echo_pipeline(folder / "echo", len(stages(done)))
    yield compare(
        "`make run` with nothing to do",
        lambda: timed(["make", "-o", ".venv/.installed", "run"], done),
        lambda: timed([sys.executable, "-m", "dvc", "repro"], bare),
        (rounds * 3, 1.3, None),
    )
    help_command = [str(Path(sys.executable).parent / "ratchet"), "--help"]
    yield compare(
        "`ratchet --help`",
        lambda: timed(help_command, done),
        lambda: timed([sys.executable, "-c", "pass"], done),
        (rounds * 3, None, 0.3),
    )


def compare(
    name: str, ours: Callable[[], float], bare: Callable[[], float], plan: tuple[int, float | None, float | None]
) -> Measured:
    """Time both in turns; `plan` is rounds, wanted ratio and wanted seconds."""
    rounds, wanted_ratio, wanted_s = plan
    pairs = [(ours(), bare()) for _ in range(rounds)]
    ours_s, bare_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    return Measured(name, ours_s, bare_s, ours_s / bare_s, wanted_ratio, wanted_s)


def timed(command: list[str], folder: Path) -> float:
    """Run a command to its end and return its seconds.

    Raises:
        SystemExit: it failed; what it printed is shown.
    """
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{command} in {folder} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return seconds


def environment(folder: Path) -> dict[str, str]:
    """This environment, with the copy's own sources first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    return {**kept, "PATH": path, "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}", "DVC_NO_ANALYTICS": "1"}


def copy_project(folder: Path) -> Path:
    """A fresh copy under git and DVC."""
    folder.mkdir()
    for name in (*COPIED, *COPIED_TOO):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    shutil.copytree(ROOT / ".dvc", folder / ".dvc", ignore=shutil.ignore_patterns("tmp", "cache"))
    return committed(folder)


def echo_pipeline(folder: Path, n_stages: int) -> Path:
    """A DVC pipeline of stages that only write a word, run once."""
    folder.mkdir()
    chain = {
        f"stage{i}": {"cmd": f"echo {i} > out{i}", "deps": [f"out{i - 1}" if i else "seed"], "outs": [f"out{i}"]}
        for i in range(n_stages)
    }
    (folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": chain}, sort_keys=False))
    (folder / "seed").write_text("seed")
    subprocess.run(
        [sys.executable, "-m", "dvc", "init", "-q", "--no-scm"], cwd=folder, env=environment(folder), check=True
    )
    timed([sys.executable, "-m", "dvc", "repro"], folder)
    return folder


def committed(folder: Path) -> Path:
    """Put a folder under git."""
    git = ["git", "-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.invalid"]
    subprocess.run([*git, "init", "-q"], cwd=folder, check=True)
    subprocess.run([*git, "add", "-A"], cwd=folder, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Start"], cwd=folder, check=True)
    return folder


def stages(folder: Path) -> list[str]:
    """The stages of a copy, in the order of `dvc.yaml`."""
    return list(yaml.safe_load((folder / "dvc.yaml").read_text())["stages"])


def bare_script(folder: Path) -> str:
    """The same stages as one script: no DVC, no process for each, no cache."""
    names = stages(folder)
    imports = "\n".join(f"from pipeline import {name}" for name in names)
    calls = "\n".join(f"{name}.main()" for name in names)
    return f"from modelratchet.config.environment import switch_telemetry_off\nswitch_telemetry_off()\n{imports}\n{calls}\n"


if __name__ == "__main__":
    main()
