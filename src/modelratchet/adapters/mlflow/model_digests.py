"""Which model a version holds: by its tag, or, of what release 0.1 recorded, by the manifest in its bundle. Called by `registry`, `recording` and `judged`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow import artifacts, model_files, versions
from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import is_missing
from modelratchet.core.formats import from_document
from modelratchet.core.manifest import MANIFEST_FILE, Manifest
from modelratchet.core.reports import parse_report
from modelratchet.errors import EvidenceError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

MODEL_TAG = "digest.model"
"""Of runs and versions: the digest of graph and schema."""


def model_digest_of(client: MlflowClient, address: StoreAddress, version: ModelVersion) -> str:
    """The digest of a version's model; empty where its bundle is gone, or is another than was recorded."""
    tagged: str | None = version.tags.get(MODEL_TAG)
    if tagged is not None:
        return tagged
    manifest = _stored_manifest(client, address, version)
    return manifest.model_digest if manifest and manifest.digest == version.tags.get(versions.DIGEST_TAG) else ""


def versions_of_model(client: MlflowClient, address: StoreAddress, model: str, digest: str) -> list[ModelVersion]:
    """All versions of a model by its digest, whole or not, lowest first."""
    untagged = [item for item in _without_tag(client, model) if model_digest_of(client, address, item) == digest]
    found = [*versions.having(client, model, MODEL_TAG, digest), *untagged]
    return sorted(found, key=lambda version: int(version.version))


def models_of_bundles(client: MlflowClient, address: StoreAddress, model: str) -> dict[str, str]:
    """Of the versions that release 0.1 recorded: the digest of each bundle and of the model in it."""
    named = (
        (item.tags[versions.DIGEST_TAG], model_digest_of(client, address, item)) for item in _without_tag(client, model)
    )
    return {bundle: digest for bundle, digest in named if digest}


def _without_tag(client: MlflowClient, model: str) -> Iterator[ModelVersion]:
    token: str | None = None
    while token != "":
        try:
            page = client.search_model_versions(f"name = '{model}'", page_token=token)
        except Exception as error:
            if is_missing(error):
                return
            raise
        yield from (item for item in page if MODEL_TAG not in item.tags and versions.is_trusted(item))
        token = page.token or ""


def _stored_manifest(client: MlflowClient, address: StoreAddress, version: ModelVersion) -> Manifest | None:
    name = f"{model_files.BUNDLE_PATH}/{MANIFEST_FILE}"
    uri = client.get_model_version_download_uri(version.name, version.version)
    try:
        with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
            found = artifacts.repository(uri, address.uri).download_artifacts(name, dst_path=folder)
            return from_document(Manifest, parse_report(Path(found).read_bytes(), name), name)
    except (OSError, EvidenceError):
        return None
    except Exception as error:
        if is_missing(error):
            return None
        raise
