"""Joins commands to the job that they may be a step of: its outputs and its summary. Commands call it; on a person's machine it writes nothing."""

from __future__ import annotations

import os

from modelratchet.adapters.github_job_outputs import GithubJobOutputs


def job_outputs() -> GithubJobOutputs:
    """The job on GitHub Actions that runs this command, if one does."""
    return GithubJobOutputs(os.environ)
