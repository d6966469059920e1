"""What holds for every test: its surroundings, where generated examples come from, and that tests which were skipped are counted aloud."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests.missing_programs import told
from tests.surroundings import enter

_SKIPPED = pytest.StashKey[str]()
_HOME = pytest.StashKey[Path]()

# the same examples each time: whoever changes nothing breaks nothing
settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
# `make test-random`, every night; what it finds is kept as an @example
settings.register_profile("nightly", derandomize=False, max_examples=500, deadline=None, print_blob=True)
settings.load_profile("fixed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make test` say at the very end what was skipped, where a person sees it; elsewhere pytest's own summary is last."""
    parser.addoption(
        "--say-skipped-last", action="store_true", help="repeat as the last line what was skipped for want of programs"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Enter the session's own surroundings; workers inherit them."""
    if not hasattr(config, "workerinput"):
        config.stash[_HOME] = Path(tempfile.mkdtemp(prefix="modelratchet-tests-"))
        enter(config.stash[_HOME] / "home")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Count what was skipped for want of a program, before pytest's own last line."""
    line = told(str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    config.stash[_SKIPPED] = line
    if line:
        terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say it again, and take the home away."""
    if config.getoption("--say-skipped-last") and config.stash.get(_SKIPPED, ""):
        print(config.stash[_SKIPPED])
    if _HOME in config.stash:
        shutil.rmtree(config.stash[_HOME], ignore_errors=True)
