"""The port `PullRequests` on GitHub's REST interface.

Source: docs.github.com, "REST API endpoints for pull requests", "List pull requests".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from modelratchet.errors import InputError, OutsideError
from modelratchet.usecases.ports.pull_requests import Head

TIMEOUT_S = (5.0, 20.0)
_PAUSES_S = (1.0, 4.0)
_TRY_AGAIN = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class GithubRepository:
    """Where it is asked (`https://api.github.com`), about which repository (`owner/name`), and by what token; it is never printed."""

    api: str
    name: str
    token: str


class GithubPullRequests:
    """Pull requests of one repository."""

    def __init__(self, repository: GithubRepository, pause: Callable[[float], None] = time.sleep) -> None:
        """Remember whom to ask; `pause` waits between two tries."""
        self._repository = repository
        self._pause = pause

    def open_at(self, head: Head) -> int | None:
        """The number of the open pull request at a commit."""
        for item in self._open_of(head):
            found = item["number"]
            if item["head"]["sha"] == head.commit and item["base"]["repo"]["full_name"] == self._repository.name:
                return _positive(found)
        return None

    def _open_of(self, head: Head) -> list[dict[str, Any]]:
        answer = self._asked({"state": "open", "head": f"{head.owner}:{head.branch}", "per_page": "100"})
        try:
            found = answer.json()
        except ValueError as error:
            raise OutsideError(f"{self._repository.api} answered with something else than JSON") from error
        if not isinstance(found, list):
            raise OutsideError(f"{self._repository.api} answered with {type(found).__name__}, expected a list")
        return found

    def _asked(self, parameters: dict[str, str]) -> requests.Response:
        for pause in _PAUSES_S:
            try:
                return self._once(parameters)
            except OutsideError:
                self._pause(pause)
        return self._once(parameters)

    def _once(self, parameters: dict[str, str]) -> requests.Response:
        address = f"{self._repository.api.rstrip('/')}/repos/{self._repository.name}/pulls"
        headers = {"Accept": "application/vnd.github+json", "Authorization": f"Bearer {self._repository.token}"}
        try:
            answer = requests.get(address, params=parameters, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
        except requests.RequestException as error:
            raise OutsideError(
                f"{address} did not answer: {type(error).__name__}", hint="Run the job again later."
            ) from error
        if answer.status_code in _TRY_AGAIN:
            raise OutsideError(f"{address} answered {answer.status_code}", hint="Run the job again later.")
        if answer.status_code != requests.codes.ok:
            raise InputError(
                f"{address} answered {answer.status_code}, expected 200",
                hint="GITHUB_TOKEN needs the permission `pull-requests: read`.",
            )
        return answer


def _positive(number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise OutsideError(f"a pull request has the number {number!r}")
    return number
