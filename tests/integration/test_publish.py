"""`ratchet publish` and `verify-image` as a job runs them: real engine, real registry of images behind a login, real MLflow, real keys."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sigstore.dsse import Envelope, _verify

from modelratchet.core.attachments import signature_tag, statements_tag
from tests.containers import container, docker, remove_images, require_engine
from tests.image_registries import PASSWORD, USER, RunningRegistry, image_registry
from tests.patience import PATIENCE_SECONDS
from tests.samples.candidates import MODEL
from tests.samples.publishers import Publisher, log_in, promote, publisher, record

pytestmark = [pytest.mark.integration, pytest.mark.docker, pytest.mark.slow]
ROW = {"hour": 5.0, "temp": 2.0, "carrier": "AA"}


@dataclass(frozen=True)
class World:
    """A registry, somebody who publishes to it, and the image of version 1, which is there already."""

    registry: RunningRegistry
    publisher: Publisher
    first: dict[str, Any]

    def get(self, path: str) -> requests.Response:
        """Ask the registry by plain HTTP, as any other client would."""
        repository = self.registry.repository
        types = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
        address = f"http://{repository.registry}/v2/{repository.path}/{path}"
        return requests.get(address, headers={"accept": types}, auth=(USER, PASSWORD), timeout=60)

    def digest_of(self, tag: str) -> str:
        return self.get(f"manifests/{tag}").headers.get("docker-content-digest", "")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    require_engine()
    with image_registry(tmp_path_factory.mktemp("registry"), has_login=True) as registry:
        made = publisher(tmp_path_factory.mktemp("project"), registry)
        yield World(registry, made, made.publish())
        remove_images(f"localhost:{registry.port}/*/*")


def test_image_of_the_champion_is_there_under_every_tag(world: World) -> None:
    first = world.first

    assert (first["outcome"], first["version"], first["conformance_checks"] > 40) == ("published", "1", True)
    assert {world.digest_of(tag) for tag in first["tags"]} == {first["digest"]}
    assert "latest" in first["tags"]
    assert Path(world.publisher.folder / first["bill"]).is_file()


def test_whoever_pulls_it_by_its_digest_gets_the_promoted_model(world: World) -> None:
    with container(world.first["reference"]) as server:
        server.await_ready()
        answer = server.ask("POST", "/predict", {"rows": [ROW]})

    assert answer.document["model"]["bundle"] == world.first["bundle"]


def test_image_verifies_from_its_digest_to_the_ledger(world: World) -> None:
    code, out, err = world.publisher.run("verify-image", world.first["reference"], "--ledger", "--json")
    checks = {item["subject"]: item for item in json.loads(out)}

    assert (code, err) == (0, "")
    assert checks["ledger"]["message"] == "has event 1; version 1 reigns"
    assert {item["status"] for item in checks.values()} == {"right", "open"}


def test_second_time_nothing_is_done_and_no_engine_is_needed(world: World, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "git").symlink_to(shutil.which("git") or "git")
    again = world.publisher.publish(PATH=str(tools))

    assert (again["outcome"], again["digest"], again["moved"]) == ("nothing to do", world.first["digest"], [])


def test_signature_is_right_by_openssl_as_cosign_describes_it(world: World, tmp_path: Path) -> None:
    (layer,) = world.get(f"manifests/{signature_tag(world.first['digest'])}").json()["layers"]
    (tmp_path / "payload").write_bytes(world.get(f"blobs/{layer['digest']}").content)
    (tmp_path / "signature").write_bytes(base64.b64decode(layer["annotations"]["dev.cosignproject.cosign/signature"]))
    key = world.publisher.folder / "key.pub"
    command = ["openssl", "dgst", "-sha256", "-verify", str(key), "-signature", "signature", "payload"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.stdout == "Verified OK\n"
    assert (
        json.loads((tmp_path / "payload").read_bytes())["critical"]["image"]["docker-manifest-digest"]
        == world.first["digest"]
    )


def test_statements_are_right_by_sigstores_own_library(world: World) -> None:
    key = load_pem_public_key((world.publisher.folder / "key.pub").read_bytes())
    kinds = []
    for layer in world.get(f"manifests/{statements_tag(world.first['digest'])}").json()["layers"]:
        envelope = Envelope._from_json(world.get(f"blobs/{layer['digest']}").text)
        statement = json.loads(_verify(key, envelope))
        assert statement["subject"][0]["digest"]["sha256"] == world.first["digest"].removeprefix("sha256:")
        assert layer["annotations"]["predicateType"] == statement["predicateType"]
        kinds.append(statement["predicateType"])

    assert kinds == ["https://slsa.dev/provenance/v1", "https://cyclonedx.org/bom", "urn:modelratchet:image:v1"]


def test_wrong_password_ends_with_2_before_anything_is_built(world: World, tmp_path: Path) -> None:
    log_in(tmp_path, world.registry, "not the password")
    code, _, err = world.publisher.run("publish", HOME=str(tmp_path))

    assert code == 2
    assert "401 UNAUTHORIZED" in err
    assert "build" not in err


def test_registry_that_is_down_ends_with_4_before_anything_is_built(world: World) -> None:
    world.registry.stop()
    try:
        code, _, err = world.publisher.run("publish")
        verified, _, _ = world.publisher.run("verify-image", world.first["reference"])
    finally:
        world.registry.start()

    assert (code, verified) == (4, 4)
    assert "does not answer" in err
    assert "build" not in err


def test_version_that_is_not_promoted_is_refused_and_nothing_is_pushed(world: World) -> None:
    version = record(world.publisher.folder, 0.9)
    code, _, err = world.publisher.run("publish", version)

    assert code == 1
    assert f"version {version} of {MODEL} was never promoted" in err
    assert world.digest_of(version) == ""


def test_image_with_a_vulnerability_is_not_pushed(world: World, tmp_path: Path) -> None:
    known = {"package": {"ecosystem": "PyPI", "name": "uvicorn"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}]}  # fmt: skip
    (tmp_path / "x.json").write_text(json.dumps({"id": "GHSA-test", "modified": "2026-11-01", "affected": [known]}))
    elsewhere = replace(world.registry.repository, path="tests/vulnerable")
    code, _, err = world.publisher.run("publish", "--to", str(elsewhere), RATCHET_ADVISORIES=str(tmp_path))

    assert code == 1
    assert "GHSA-test, mended in 99" in err
    assert f"{elsewhere.path}" not in requests.get(
        f"http://{elsewhere.registry}/v2/_catalog", auth=(USER, PASSWORD), timeout=PATIENCE_SECONDS
    ).json()["repositories"]  # fmt: skip


def test_layer_that_was_changed_in_the_registry_is_found(world: World) -> None:
    layer = world.get(f"manifests/{world.first['digest']}").json()["layers"][-1]["digest"]
    path = world.registry.blob_path(layer)
    right = path.read_bytes()
    path.write_bytes(right[:-1] + bytes([right[-1] ^ 1]))
    try:
        code, out, _ = world.publisher.run("verify-image", world.first["reference"])
    finally:
        path.write_bytes(right)

    assert code == 3
    assert "WRONG" in out
    assert layer in out


def test_tag_that_somebody_moved_is_found_and_set_right_again(world: World) -> None:
    with container(world.first["reference"], arguments=("serve",)) as running:
        stranger = docker("commit", "--change", "ENV RATCHET_HOST=0.0.0.0", running.name)
    target = f"{world.registry.repository}:latest"
    docker("tag", stranger, target)
    config = str(world.publisher.folder / ".docker")
    subprocess.run(["docker", "--config", config, "push", "-q", target], check=True, capture_output=True)
    wrong, out, _ = world.publisher.run("verify-image", target)
    mended = world.publisher.publish()
    right, _, _ = world.publisher.run("verify-image", target)

    assert (wrong, right) == (3, 0)
    assert "this key has not signed the image" in out
    assert (mended["moved"], mended["digest"]) == (["latest"], world.first["digest"])


def test_rollback_brings_the_former_image_back_and_builds_nothing(world: World) -> None:
    version = promote(world.publisher.folder, 0.2)
    second = world.publisher.publish()
    assert (second["version"], world.digest_of("latest")) == (version, second["digest"])
    code, _, err = world.publisher.run("rollback", "--to", "1", "--reason", "it is worse")
    assert code == 0, err
    back = world.publisher.publish()

    assert (back["outcome"], back["moved"], back["bill"]) == ("published", ["latest"], "")
    assert world.digest_of("latest") == world.first["digest"]
    verified, out, _ = world.publisher.run("verify-image", "--ledger")
    assert verified == 0, out
    assert "rolled_back: version 1" in out
    refused, _, err = world.publisher.run("publish", version)
    assert (refused, "was gone back from" in err) == (1, True)
