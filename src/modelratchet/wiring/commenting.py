"""Joins the comment to GitHub; `ratchet comment` calls it."""

from __future__ import annotations

import os
from pathlib import Path

from modelratchet.adapters.github_event import judged_run
from modelratchet.adapters.github_pull_requests import GithubPullRequests, GithubRepository
from modelratchet.errors import ConfigError
from modelratchet.usecases.comment import Comment, comment

_NEEDED = ("GITHUB_REPOSITORY", "GITHUB_TOKEN")


def composed_comment(page: Path, event: Path) -> Comment | None:
    """What is to be said on which pull request; None where there is nothing to say.

    Raises:
        ConfigError: the environment names no repository, or holds no token.
        EvidenceError, OutsideError: see `usecases.comment`.
    """
    missing = [f"{name} is not set" for name in _NEEDED if not os.environ.get(name)]
    if missing:
        raise ConfigError("the environment", missing, hint="Both are a matter of course in a job on GitHub Actions.")
    api = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    repository = GithubRepository(api, os.environ["GITHUB_REPOSITORY"], os.environ["GITHUB_TOKEN"])
    return comment(judged_run(event, os.environ), page, GithubPullRequests(repository))
