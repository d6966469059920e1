"""peter-evans/enable-pull-request-automerge: asks GitHub to merge a pull request as soon as its required checks have passed.

Held to: it merges nothing itself; it needs `contents: write` and `pull-requests: write`; what merges later is the hub, by the method asked for, when every
required check of the head is green (`rehearsal.github`).

Source: README.md of peter-evans/enable-pull-request-automerge; docs.github.com, "Automatically merging a pull request".
"""

from __future__ import annotations

from rehearsal.hub import read_document, write_document
from rehearsal.stand_ins.step import ActionStep, RefusedError


def main(step: ActionStep) -> None:
    """Note the wish.

    Raises:
        RefusedError: a right is missing, the method is unknown, or there is no such open pull request.
    """
    step.require(step.input("token"), contents="write", pull_requests="write")
    path = step.hub.folder / "pulls" / f"{step.input('pull-request-number')}.json"
    if step.input("merge-method") not in ("merge", "squash", "rebase"):
        raise RefusedError(f"merge-method is {step.input('merge-method')!r}")
    if not path.exists() or read_document(path)["state"] != "open":
        raise RefusedError(f"no open pull request {step.input('pull-request-number')}")
    write_document(path, {**read_document(path), "automerge": step.input("merge-method")})
