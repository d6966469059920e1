"""What every registry of images does: the fake, Debian's `docker-registry`, and the same behind a login."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from modelratchet.adapters.oci_registry import OciRegistry
from modelratchet.core.attachments import MANIFEST_TYPE, attachment_of, attachments_config, encode_attachments
from modelratchet.core.digests import digest_bytes
from modelratchet.errors import DigestError, EvidenceError, MissingEvidenceError
from modelratchet.usecases.ports.publishing import ImageRegistry, StoredManifest
from tests.fakes.image_registry import FakeImageRegistry
from tests.image_registries import PASSWORD, USER, RunningRegistry, image_registry

pytestmark = pytest.mark.integration
KINDS = ("fake", "docker-registry", "with a login")
Spoil = Callable[[str], None]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], RunningRegistry]]:
    with ExitStack() as stack:
        made: dict[str, RunningRegistry] = {}

        def registry(kind: str) -> RunningRegistry:
            if kind not in made:
                folder = tmp_path_factory.mktemp("registry")
                made[kind] = stack.enter_context(image_registry(folder, has_login=kind == KINDS[2]))
            return made[kind]

        yield registry


@pytest.fixture(params=KINDS)
def found(
    request: pytest.FixtureRequest,
    running: Callable[[str], RunningRegistry],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[ImageRegistry, Spoil]:
    """A registry, and what changes the bytes of a digest in it."""
    if request.param == KINDS[0]:
        fake = FakeImageRegistry()
        return fake, lambda digest: fake.blobs.update({digest: b"other"})
    server = running(request.param)
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {server.repository.registry: {"auth": auth}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return OciRegistry(server.repository), lambda digest: server.blob_path(digest).write_bytes(b"other") and None


def stored(registry: ImageRegistry, payload: bytes) -> StoredManifest:
    """A manifest whose blobs are all there."""
    layers = [attachment_of("application/x", payload, {"note": "x"})]
    config = attachments_config(layers)
    registry.store(payload)
    registry.store(config)
    return StoredManifest(MANIFEST_TYPE, encode_attachments(layers))


def test_tag_names_what_it_was_set_to_last(found: tuple[ImageRegistry, Spoil]) -> None:
    registry, _ = found
    first, second = stored(registry, b"1"), stored(registry, b"2")
    registry.name("moving", first)
    registry.name("moving", second)

    assert registry.manifest("moving") == second
    assert registry.manifest(first.digest) == first


def test_what_was_never_stored_is_not_there(found: tuple[ImageRegistry, Spoil]) -> None:
    registry, _ = found

    assert registry.manifest("never") is None
    assert registry.manifest("sha256:" + "0" * 64) is None
    with pytest.raises(MissingEvidenceError):
        registry.blob("sha256:" + "0" * 64, 10)


def test_blob_comes_back_and_may_be_stored_twice(found: tuple[ImageRegistry, Spoil]) -> None:
    registry, _ = found
    data = bytes(range(256)) * 9000

    assert registry.store(data) == registry.store(data) == digest_bytes(data)
    assert registry.blob(digest_bytes(data), len(data)) == data


def test_blob_that_is_longer_than_wanted_is_refused(found: tuple[ImageRegistry, Spoil]) -> None:
    registry, _ = found
    digest = registry.store(b"x" * 100)

    with pytest.raises(EvidenceError, match="longer than 99 bytes"):
        registry.blob(digest, 99)


def test_changed_bytes_are_refused(found: tuple[ImageRegistry, Spoil]) -> None:
    registry, spoil = found
    digest = registry.store(b"right")
    spoil(digest)

    with pytest.raises(DigestError, match=r"other bytes|gave bytes of"):
        registry.blob(digest, 100)
