"""The bundle of a model version, read back from the artifact store and believed only by its digest."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow import artifacts, model_files
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
        DigestError: it holds other bytes.
    """
    named = f"version {number} of {model}"
    with tempfile.TemporaryDirectory(prefix="ratchet-") as folder:
        with translated(address, f"hand over the bundle of {named}"):
            uri = client.get_model_version_download_uri(model, number)
            source = artifacts.repository(uri, address.uri)
            local = Path(source.download_artifacts(model_files.BUNDLE_PATH, dst_path=folder))
        bundle = read_bundle(local)
    if bundle.digest != expected:
        raise DigestError(
            f"{named} holds bundle {bundle.digest}, expected {expected}",
            hint="Someone changed the artifact store; restore it, or move the alias to a version that is whole.",
        )
    return bundle
