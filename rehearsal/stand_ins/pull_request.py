"""peter-evans/create-pull-request: commits what a job changed to a branch of its own and opens or updates one pull request.

Held to: the branch is made anew from the base with the job's commits and changes, and pushed over what was there; a second call updates the same pull
request; where nothing differs from the base there is no pull request, and one that is open is closed; `add-paths` says which files count;
it needs `contents: write` and `pull-requests: write`; a pull request made with GITHUB_TOKEN starts no workflow, one made with an app's token does.

Source: README.md of peter-evans/create-pull-request, "Action inputs", "Action behaviour", "Action outputs", and its
docs/concepts-guidelines.md, "Triggering further workflow runs".
"""

from __future__ import annotations

import os
import re
import subprocess
from typing import Literal

from rehearsal.events import REPOSITORY
from rehearsal.hub import Document, write_document
from rehearsal.stand_ins.files import place
from rehearsal.stand_ins.step import ActionStep

Operation = Literal["none", "created", "updated", "closed"]
LONGEST_BODY = 65_536


def main(step: ActionStep) -> None:
    """Commit, push, and open, update or close.

    Raises:
        RefusedError: a right is missing.
    """
    token = step.input("token")
    step.require(token, contents="write", pull_requests="write")
    base = step.input("base") or step.ref.removeprefix("refs/heads/")
    commit = _commit(step, base)
    number, operation = _apply(step, base, commit)
    step.output(
        pull_request_operation=operation, pull_request_head_sha=commit, pull_request_branch=step.input("branch")
    )
    if number:
        step.output(pull_request_number=number, pull_request_url=f"https://github.com/{REPOSITORY}/pull/{number}")
    if operation in ("created", "updated"):
        step.tell(
            "pull_request", number=number, action="opened" if operation == "created" else "synchronize", token=token
        )


def _commit(step: ActionStep, base: str) -> str:
    """Make the branch in the workspace, from the newest commit of the base; its commit."""
    _git(step, "add", "--", *(step.lines("add-paths") or ["."]))
    if _git(step, "diff", "--cached", "--name-only"):
        _git(step, "commit", "--quiet", f"--author={step.input('author')}", "--message", step.input("commit-message"))
    made = _git(step, "rev-parse", "HEAD")
    _git(step, "fetch", "--quiet", f"file://{step.hub.repository}", f"refs/heads/{base}")
    if _git(step, "rev-parse", "FETCH_HEAD") == step.environment["GITHUB_SHA"]:
        return made
    # the base has moved since this job checked it out: the job's commits go on top of it
    _git(step, "fetch", "--quiet", "--unshallow", f"file://{step.hub.repository}", f"refs/heads/{base}")
    _git(step, "checkout", "--quiet", "--force", "--detach", made)
    _git(step, "rebase", "--quiet", "--onto", "FETCH_HEAD", step.environment["GITHUB_SHA"])
    return _git(step, "rev-parse", "HEAD")


def _apply(step: ActionStep, base: str, commit: str) -> tuple[int | None, Operation]:
    branch = step.input("branch")
    open_one = next((each for each in step.hub.pulls() if each["head"] == branch and each["state"] == "open"), None)
    if not _git(step, "diff", "--name-only", _tip(step, base), commit):
        if open_one is None:
            return None, "none"
        _save(step, {**open_one, "state": "closed"})
        return open_one["number"], "closed"
    if open_one and _same_tree(step, branch, commit):
        _save(step, {**open_one, **_texts(step)})
        return open_one["number"], "none"
    _git(step, "push", "--quiet", "--force", f"file://{step.hub.repository}", f"{commit}:refs/heads/{branch}")
    if open_one:
        _save(step, {**open_one, **_texts(step), "updates": open_one["updates"] + 1})
        return open_one["number"], "updated"
    number = step.hub.next_number("pulls")
    about = {
        "number": number,
        "state": "open",
        "head": branch,
        "base": base,
        "updates": 0,
        "author": step.actor(step.input("token")),
    }
    _save(step, {**about, **_texts(step), "labels": re.split(r"[\n,]+", step.input("labels"))})
    return number, "created"


def _tip(step: ActionStep, base: str) -> str:
    """The newest commit of the base, which the workspace has by now."""
    return _git(step, "ls-remote", f"file://{step.hub.repository}", f"refs/heads/{base}").partition("\t")[0]


def _save(step: ActionStep, document: Document) -> None:
    write_document(step.hub.folder / "pulls" / f"{document['number']}.json", document)


def _texts(step: ActionStep) -> Document:
    """Title and body; a body of a file is cut where the action cuts it."""
    body = place(step, step.input("body-path")).read_text() if step.input("body-path") else step.input("body")
    return {"title": step.input("title"), "body": body[:LONGEST_BODY], "draft": step.flag("draft")}


def _same_tree(step: ActionStep, branch: str, commit: str) -> bool:
    pushed = _git(step, "ls-remote", f"file://{step.hub.repository}", f"refs/heads/{branch}").partition("\t")[0]
    if not pushed:
        return False
    _git(step, "fetch", "--quiet", f"file://{step.hub.repository}", pushed)
    return not _git(step, "diff", "--name-only", pushed, commit)


def _git(step: ActionStep, *arguments: str) -> str:
    name, _, address = step.input("committer").rpartition(" ")
    who = {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": address,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": address,
    }
    done = subprocess.run(
        ["git", *arguments], cwd=step.workspace, check=True, capture_output=True, text=True, env={**os.environ, **who}
    )
    return done.stdout.strip()
