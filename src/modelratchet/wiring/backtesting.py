"""Joins `backtest` to MLflow, to git and to the settings that are tried. `ratchet backtest` calls it."""

from __future__ import annotations

from pathlib import Path

from modelratchet.config import layout
from modelratchet.config.policies import policy_of
from modelratchet.config.reading import load_params, read_params
from modelratchet.usecases.backtest import Backtest, backtest
from modelratchet.wiring.certifying import run_files


def backtested(params: Path | None, revision: str | None) -> Backtest:
    """Replay this project's runs against the policy of today's settings, of a file, or of a revision.

    Raises:
        ConfigError: the settings have faults.
        InputError: git has no such revision.
        TrackingError: the registry cannot be asked now.
    """
    path = params or layout.PARAMS
    if revision is None:
        settings = load_params(path)
    else:
        from modelratchet.adapters.git_checkouts import GitCheckouts

        settings = read_params(GitCheckouts(Path.cwd()).read(revision, path), f"{path} of {revision}")
    return backtest(settings.model, policy_of(settings), run_files())
