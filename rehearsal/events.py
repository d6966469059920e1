"""What happens on GitHub, as records with the payload a workflow finds in `github.event`. Pure; made by `github`.

Source: docs.github.com, "Events that trigger workflows" (table of GITHUB_SHA and GITHUB_REF of each) and "Webhook events and payloads".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OWNER = "rehearsal"
REPOSITORY = f"{OWNER}/flights-late"
DEFAULT_BRANCH = "main"
Payload = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One event.

    `commit` is both GITHUB_SHA and the commit whose workflow files GitHub reads; `ref` is GITHUB_REF. `changed` holds the paths that
    filters look at. `depth` counts the workflow_run events that led here. `only` names the one file that a dispatch asks for.
    """

    name: str
    ref: str
    commit: str
    payload: Payload
    changed: tuple[str, ...] = ()
    actor: str = "ada"
    from_fork: bool = False
    depth: int = 0
    only: str | None = None
    delivery: str = field(default="", compare=False)

    @property
    def branch(self) -> str:
        """Short name of the branch that it is about; of a pull request, the base."""
        if self.name in ("pull_request", "pull_request_target"):
            return str(self.payload["pull_request"]["base"]["ref"])
        return self.ref.removeprefix("refs/heads/")


@dataclass(frozen=True)
class PullRequest:
    """An open pull request; `head_repository` differs from ours where it comes from a fork."""

    number: int
    title: str
    head: str
    head_commit: str
    base: str
    base_commit: str
    merge_commit: str
    head_repository: str = REPOSITORY
    author: str = "ada"
    body: str = ""

    @property
    def from_fork(self) -> bool:
        return self.head_repository != REPOSITORY


def repository_block() -> Payload:
    """`github.event.repository`."""
    return {
        "full_name": REPOSITORY,
        "name": REPOSITORY.split("/")[1],
        "default_branch": DEFAULT_BRANCH,
        "owner": {"login": OWNER},
    }


def push_event(branch: str, commits: tuple[str, str], changed: tuple[str, ...], actor: str = "ada") -> Event:
    """A push that moved a branch from the first of `commits` to the second; filters see the diff of the two."""
    before, after = commits
    ref = f"refs/heads/{branch}"
    payload = {
        "ref": ref,
        "before": before,
        "after": after,
        "head_commit": {"id": after},
        "forced": False,
        "repository": repository_block(),
    }
    return Event("push", ref, after, payload, changed, actor)


def pull_request_event(found: PullRequest, action: str, changed: tuple[str, ...]) -> Event:
    """A pull request was opened or got new commits. It runs on the merge of head and base; filters see the diff from their common ancestor."""
    payload = {
        "action": action,
        "number": found.number,
        "pull_request": pull_request_block(found),
        "repository": repository_block(),
    }
    ref = f"refs/pull/{found.number}/merge"
    return Event("pull_request", ref, found.merge_commit, payload, changed, found.author, found.from_fork)


def pull_request_block(found: PullRequest) -> Payload:
    """`github.event.pull_request`, as far as workflows ask."""
    base = {"ref": found.base, "sha": found.base_commit, "repo": {"full_name": REPOSITORY, "fork": False}}
    head = {
        "ref": found.head,
        "sha": found.head_commit,
        "repo": {"full_name": found.head_repository, "fork": found.from_fork},
    }
    return {
        "number": found.number,
        "title": found.title,
        "body": found.body,
        "state": "open",
        "draft": False,
        "user": {"login": found.author},
        "author_association": "NONE" if found.from_fork else "MEMBER",
        "head": head,
        "base": base,
        "merge_commit_sha": found.merge_commit,
        "labels": [],
    }


def default_branch_event(name: str, commit: str, payload: Payload, **more: Any) -> Event:
    """Events that always run on the newest commit of the default branch: schedule, workflow_run, repository_dispatch."""
    return Event(name, f"refs/heads/{DEFAULT_BRANCH}", commit, {**payload, "repository": repository_block()}, **more)
