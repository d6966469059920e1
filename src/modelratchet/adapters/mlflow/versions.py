"""One whole model version per model, whatever bundles it comes in.

Nothing in MLflow compares and sets, but version numbers are handed out atomically and tags given at creation appear with
the version. So whoever makes a version looks afterwards: the lowest one of that model counts, and others that never became whole are deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow.errors import insisting, is_missing, is_taken
from modelratchet.core.run_facts import commit_in
from modelratchet.usecases.ports.registry import RegisteredVersion

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

STATE_TAG = "ratchet.state"
WHOLE = "whole"
DIGEST_TAG = "ratchet.bundle_digest"
FILES_DIGEST_TAG = "ratchet.model_digest"
"""Names every file of the MLflow model around the bundle: `MLmodel` and the code are what MLflow itself would load."""
VERDICT_TAG = "ratchet.verdict_digest"
VERDICT_RUN_TAG = "ratchet.verdict_run"
NUMBER_TAG = "ratchet.version"
EXPERIMENT_TAG = "ratchet.experiment_id"
COMMIT_TAG = "ratchet.commit"
"""A commit on a branch that holds what made a version, where it was made first and committed or merged later."""
MANAGED_TAG = "ratchet.managed"
DESCRIPTION_CHARACTERS = 5000
"""All that PostgreSQL holds of a version's description, which is less than of a run's note. SQLite does not count."""
_REST = "\n\nThe rest is in the note of its run."


def described(note: str) -> str:
    """A run's note as the description of a version: cut between two blocks where it is too long."""
    if len(note) <= DESCRIPTION_CHARACTERS:
        return note
    start = note[: DESCRIPTION_CHARACTERS - len(_REST)]
    return (start.rpartition("\n\n")[0] or start) + _REST


def ensure_model(client: MlflowClient, model: str) -> None:
    """Make the registered model unless it is there. A retry of ours that finds its own work is no error."""
    try:
        client.get_registered_model(model)
    except Exception as error:
        if not is_missing(error):
            raise
        try:
            client.create_registered_model(model, tags={MANAGED_TAG: "modelratchet"})
        except Exception as second:
            if not is_taken(second):
                raise


def versions_of_verdict(client: MlflowClient, model: str, key: str) -> list[ModelVersion]:
    """All versions whose latest verdict is that of a key, whole or not, lowest first."""
    return having(client, model, VERDICT_TAG, key)


def is_whole(version: ModelVersion) -> bool:
    """Whether its artifacts were read back and found right."""
    return bool(version.tags.get(STATE_TAG) == WHOLE)


def version_of_number(client: MlflowClient, model: str, number: str) -> ModelVersion | None:
    """A version, whole or not; None for one that was deleted or never made, and for what is no number."""
    if not number.isdecimal():
        return None
    try:
        return client.get_model_version(model, number)
    except Exception as error:
        if is_missing(error):
            return None
        raise


def is_trusted(version: ModelVersion) -> bool:
    """Whether it is whole and names its bundle: whether `ratchet` recorded it."""
    return is_whole(version) and bool(version.tags.get(DIGEST_TAG))


def settle(client: MlflowClient, versions: Sequence[ModelVersion]) -> ModelVersion | None:
    """Keep the first version of a model, and delete the others that are not whole: they came from a lost reply or another machine.

    A whole one stays, whatever is recorded later: the ledger may name it. Release 0.1 made one of each bundle, so a model may have several.
    """
    for other in versions[1:]:
        if not is_whole(other):
            discard_version(client, other)
    return versions[0] if versions else None


def mark_whole(client: MlflowClient, version: ModelVersion) -> None:
    """Say that a version counts. The very last step of recording: nothing is left to do for what is whole.

    A version is made only after its artifacts were read back, so any process may mark it.
    """
    set_tags(client, version, {STATE_TAG: WHOLE})


def set_tags(client: MlflowClient, version: ModelVersion, tags: Mapping[str, str]) -> None:
    """Set those tags that have another value, in the order given."""
    for name, value in tags.items():
        if version.tags.get(name) != value:
            insisting(partial(client.set_model_version_tag, version.name, version.version, name, value))


def discard_version(client: MlflowClient, version: ModelVersion) -> None:
    """Delete a version; its number is never given out again."""
    try:
        client.delete_model_version(version.name, version.version)
    except Exception as error:  # another process was first
        if not is_missing(error):
            raise


def registered(version: ModelVersion, model_digest: str) -> RegisteredVersion:
    """A version of MLflow's as ours; the digest of its model is not always among its tags."""
    return RegisteredVersion(
        model=version.name,
        version=str(version.version),
        run_id=str(version.run_id or ""),
        verdict_run_id=version.tags.get(VERDICT_RUN_TAG, str(version.run_id or "")),
        bundle_digest=version.tags.get(DIGEST_TAG, ""),
        experiment_id=version.tags.get(EXPERIMENT_TAG, ""),
        commit=version.tags.get(COMMIT_TAG) or commit_in(version.tags),
        model_digest=model_digest,
    )


def name_commit(client: MlflowClient, version: ModelVersion, commit: str) -> None:
    """Say which commit holds what made a version."""
    set_tags(client, version, {COMMIT_TAG: commit})
    # a version's tags do not show in what a server tells of the model, which `probe` watches; this one does
    insisting(partial(client.set_registered_model_tag, version.name, COMMIT_TAG, commit))


def having(client: MlflowClient, model: str, tag: str, value: str) -> list[ModelVersion]:
    """All versions with that tag, whole or not, lowest first."""
    try:
        found = client.search_model_versions(f"name = '{model}' AND tags.`{tag}` = '{value}'")
    except Exception as error:
        if is_missing(error):
            return []
        raise
    return sorted(found, key=lambda version: int(version.version))
