"""actions/attest-build-provenance: a statement in GitHub's store that says which workflow made which bytes.

Held to: needs `id-token: write` and `attestations: write`, and `packages: write` to push to a registry; subjects are files (`subject-path`) or one
name with a `sha256:` digest, never both; a name that is pushed has no tag. What can't be shown here is the signature: it is made by
GitHub's own certificate authority.

Source: README.md of actions/attest-build-provenance, "Usage" and "Container Image"; slsa.dev/spec/v1.0/provenance.
"""

from __future__ import annotations

import hashlib
import re

from rehearsal.events import REPOSITORY
from rehearsal.hub import write_document
from rehearsal.stand_ins.files import matching
from rehearsal.stand_ins.step import ActionStep, RefusedError


def main(step: ActionStep) -> None:
    """Write the statement under the digest of its first subject.

    Raises:
        RefusedError: a right is missing, or the subjects are not as they have to be.
    """
    step.require(step.input("github-token"), id_token="write", attestations="write")  # noqa: S106 (names of rights)
    subjects = _subjects(step)
    if step.flag("push-to-registry"):
        _pushable(step)
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in subjects],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": _predicate(step),
        "pushed": step.flag("push-to-registry"),
    }
    number = step.hub.next_number("attestations")
    path = step.hub.folder / "attestations" / f"{number:04}.json"
    write_document(path, statement)
    step.output(
        attestation_id=number,
        bundle_path=path,
        attestation_url=f"https://github.com/{REPOSITORY}/attestations/{number}",
    )


def _subjects(step: ActionStep) -> list[tuple[str, str]]:
    path, name, digest = (step.input(f"subject-{part}") for part in ("path", "name", "digest"))
    if bool(path) == bool(digest):
        raise RefusedError("One of subject-path or subject-digest must be provided, and only one")
    if path:
        found = matching(step, [path])
        if not found:
            raise RefusedError(f"Could not find subject at path {path}")
        return [(each.name, hashlib.sha256(each.read_bytes()).hexdigest()) for each in found]
    if not name:
        raise RefusedError("subject-name must be provided when using subject-digest")
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        raise RefusedError('subject-digest must be in the format "sha256:<hex-digest>"')
    return [(name, digest.removeprefix("sha256:"))]


def _pushable(step: ActionStep) -> None:
    step.require(step.input("github-token"), packages="write")
    name = step.input("subject-name")
    if name != name.lower() or ":" in name.rpartition("/")[2]:
        raise RefusedError(f"subject-name {name} must be lower case and have no tag to be pushed to a registry")


def _predicate(step: ActionStep) -> dict[str, object]:
    run = step.run
    workflow = {
        "ref": run["ref"],
        "repository": f"https://github.com/{REPOSITORY}",
        "path": f".github/workflows/{run['file']}",
    }
    build = {
        "buildType": "https://actions.github.io/buildtypes/workflow/v1",
        "externalParameters": {"workflow": workflow},
    }
    source = {"uri": f"git+https://github.com/{REPOSITORY}@{run['ref']}", "digest": {"gitCommit": run["commit"]}}
    return {
        "buildDefinition": {**build, "resolvedDependencies": [source]},
        "runDetails": {"metadata": {"invocationId": step.run_id}},
    }
