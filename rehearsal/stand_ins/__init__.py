"""Local stand-ins for the remote actions that the workflows use: one table. What each one holds to is in its module, with source and tests.

A stand-in is a node action of two lines that starts `python -m rehearsal.stand_ins`; its inputs are the documented ones with their defaults,
and any other input is an error, where GitHub only warns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class StandIn:
    """One remote action. `inputs` are its documented inputs with defaults; `module` says what it does, with what is done after the job, if any.

    `after` is the condition of the step after the job (GitHub's `post-if`); None: there is none.
    """

    action: str
    module: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    after: str | None = None

    @property
    def repository(self) -> str:
        """owner/name."""
        return "/".join(self.action.split("/")[:2])


_TOKEN = "${{ github.token }}"  # noqa: S105
_CACHE = {"path": "", "key": "", "restore-keys": "", "fail-on-cache-miss": "false", "lookup-only": "false"}

STAND_INS = (
    StandIn(
        "actions/checkout",
        "checkout",
        {
            "repository": "${{ github.repository }}",
            "ref": "",
            "token": _TOKEN,
            "persist-credentials": "true",
            "path": "",
            "clean": "true",
            "fetch-depth": "1",
            "fetch-tags": "false",
        },
        after="always()",
    ),
    StandIn("actions/setup-python", "setup_python", {"python-version": "", "python-version-file": "", "token": _TOKEN}),
    StandIn("actions/cache", "cache", _CACHE, after="success()"),
    StandIn("actions/cache/restore", "cache_restore", _CACHE),
    StandIn("actions/cache/save", "cache_save", {"path": "", "key": ""}),
    StandIn(
        "actions/upload-artifact",
        "upload_artifact",
        {
            "name": "artifact",
            "path": "",
            "if-no-files-found": "warn",
            "retention-days": "",
            "compression-level": "6",
            "overwrite": "false",
            "include-hidden-files": "false",
        },
    ),
    StandIn(
        "actions/download-artifact",
        "download_artifact",
        {
            "name": "",
            "path": "",
            "pattern": "",
            "merge-multiple": "false",
            "github-token": "",
            "repository": "${{ github.repository }}",
            "run-id": "${{ github.run_id }}",
        },
    ),
    StandIn(
        "actions/attest-build-provenance",
        "attest",
        {
            "subject-path": "",
            "subject-name": "",
            "subject-digest": "",
            "push-to-registry": "false",
            "show-summary": "true",
            "github-token": _TOKEN,
        },
    ),
    StandIn(
        "docker/login-action",
        "login",
        {"registry": "", "username": "", "password": "", "logout": "true"},
        after="always()",
    ),
    StandIn(
        "marocchino/sticky-pull-request-comment",
        "sticky_comment",
        {
            "header": "",
            "message": "",
            "path": "",
            "number": "",
            "number_force": "",
            "append": "false",
            "recreate": "false",
            "delete": "false",
            "only_create": "false",
            "only_update": "false",
            "skip_unchanged": "false",
            "ignore_empty": "false",
            "GITHUB_TOKEN": _TOKEN,
        },
    ),
    StandIn(
        "actions/create-github-app-token",
        "app_token",
        {"client-id": "", "app-id": "", "private-key": "", "permission-contents": "", "permission-pull-requests": ""},
    ),
    StandIn(
        "aws-actions/configure-aws-credentials",
        "aws_credentials",
        {"role-to-assume": "", "aws-region": ""},
    ),
    StandIn(
        "peter-evans/enable-pull-request-automerge",
        "automerge",
        {"token": "", "pull-request-number": "", "merge-method": "merge"},
    ),
    StandIn(
        "peter-evans/create-pull-request",
        "pull_request",
        {
            "token": _TOKEN,
            "branch-token": "",
            "add-paths": "",
            "commit-message": "[create-pull-request] automated change",
            "committer": "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
            "author": "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>",
            "branch": "create-pull-request/patch",
            "delete-branch": "false",
            "base": "",
            "title": "Changes by create-pull-request action",
            "body": "",
            "body-path": "",
            "labels": "",
            "draft": "false",
        },
    ),
)


def stand_in_for(uses: str) -> StandIn:
    """The stand-in of `owner/name[/path]@ref`.

    Raises:
        LookupError: there is none; the workflow can't be rehearsed until there is.
    """
    action = uses.partition("@")[0]
    for stand_in in STAND_INS:
        if stand_in.action == action:
            return stand_in
    raise LookupError(f"{uses} has no stand-in in rehearsal/stand_ins/__init__.py")
