"""The bundle of a model version, read back from the artifact store and believed only by its digest."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow import artifacts, model_files, versions
from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import translated
from modelratchet.errors import DigestError
from modelratchet.storage.bundles import Bundle, read_bundle

if TYPE_CHECKING:
    from mlflow import MlflowClient


def read_stored(client: MlflowClient, address: StoreAddress, model: str, number: str, expected: str) -> Bundle:
    """Read a version's bundle.

    Args:
        client: of the store at `address`.
        address: where the store is.
        model: the registered model's name.
        number: the version.
        expected: the bundle's digest, from elsewhere than the artifact store.

    Raises:
        TrackingError: the store cannot be asked now.
        DigestError: it holds other bytes, in the bundle or in the files that MLflow reads around it.
    """
    named = f"version {number} of {model}"
    with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
        with translated(address, f"hand over the bundle of {named}"):
            version = client.get_model_version(model, number)
            uri = client.get_model_version_download_uri(model, number)
            source = artifacts.repository(uri, address.uri)
            local = Path(source.download_artifacts("", dst_path=folder))
        found, recorded = artifacts.digest_below(local), version.tags.get(versions.FILES_DIGEST_TAG)
        bundle = read_bundle(local / model_files.BUNDLE_PATH)
    if bundle.digest != expected:
        raise DigestError(
            f"{named} holds bundle {bundle.digest}, expected {expected}",
            hint="Someone changed the artifact store; restore it, or move the alias to a version that is whole.",
        )
    if found != recorded:
        raise DigestError(
            f"the files of {named} around its bundle have digest {found}, {recorded} was recorded",
            hint="Someone changed MLmodel or the code beside it; restore the artifact store, and load nothing through MLflow.",
        )
    return bundle
