"""Whether an image holds a promoted bundle: every link of the chain, broken one at a time."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from modelratchet.core.attachments import (
    MANIFEST_TYPE,
    SIGNATURE_LAYER,
    SIGNATURE_NOTE,
    STATEMENT_LAYER,
    attachment_of,
    decode_attachments,
    encode_attachments,
    signature_tag,
    statements_tag,
)
from modelratchet.core.dsse import encode_envelope, signed_bytes
from modelratchet.core.folding import fold
from modelratchet.core.image_statements import BILL_TYPE, IMAGE_TYPE, PROVENANCE_TYPE
from modelratchet.core.ledger import History
from modelratchet.storage.image_layers import BUNDLE_PLACE
from modelratchet.usecases.checks import Check, Status, wrong
from modelratchet.usecases.image_attachments import state, statements
from modelratchet.usecases.ports.publishing import StoredManifest
from modelratchet.usecases.verify_image import Suspect, verify_image
from tests.fakes.image_checks import FakeByteSigner
from tests.fakes.image_registry import FakeImageRegistry, bundle_layer, image_manifest, layer
from tests.samples.bundles import binary_bundle
from tests.samples.events import event
from tests.samples.ledgers import stored
from tests.samples.releases import REPOSITORY, PrintingHouse, printing_house, release

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
KEY = FakeByteSigner()


def suspect(registry: FakeImageRegistry, reference: str = "latest", **changes: object) -> Suspect:
    usual = Suspect(f"{REPOSITORY}:{reference}", reference, registry, KEY, None, None, NOW)
    return replace(usual, **changes)  # type: ignore[arg-type]


def house_with_image() -> PrintingHouse:
    house = printing_house()
    house.publish(release())
    return house


def fault(checks: tuple[Check, ...]) -> str:
    """The one thing that is wrong; empty where nothing is."""
    return " ".join(f"{item.subject}: {item.message}" for item in wrong(checks))


def test_published_image_is_right_in_every_link() -> None:
    checks = verify_image(suspect(house_with_image().registry))

    assert fault(checks) == ""
    told = {item.subject: item.message for item in checks}
    assert told["bundle in the layers"] == binary_bundle().digest
    assert told["kind"] == "promoted: version 1 of flights"
    assert told["provenance"] == "built by urn:test at 2026-11-24T07:00:00Z"
    assert [item.subject for item in checks if item.status is Status.OPEN] == ["counter"]


def test_image_is_checked_by_its_digest_too() -> None:
    house = house_with_image()

    assert fault(verify_image(suspect(house.registry, house.registry.tags["latest"]))) == ""


def test_image_that_is_not_there_is_wrong() -> None:
    assert "no such image" in fault(verify_image(suspect(house_with_image().registry, "nothing")))


def test_another_key_has_signed_nothing() -> None:
    checks = verify_image(suspect(house_with_image().registry, verifier=FakeByteSigner("another")))

    assert fault(checks) == "signature: this key has not signed the image"


def test_tag_that_was_moved_to_a_strangers_image_is_found() -> None:
    house = house_with_image()
    house.engine.push(house.engine.image("x"), "latest")

    assert fault(verify_image(suspect(house.registry))) == "signature: this key has not signed the image"


def test_proofs_that_were_copied_to_another_image_count_for_nothing() -> None:
    house = house_with_image()
    first = house.registry.tags["latest"]
    other = house.engine.push(house.engine.image("x"), "latest")
    for tag in (signature_tag, statements_tag):
        house.registry.tags[tag(other)] = house.registry.tags[tag(first)]

    assert fault(verify_image(suspect(house.registry))) == "signature: this key has not signed the image"


def test_changed_blob_is_found_by_its_digest() -> None:
    house = house_with_image()
    for digest, data in house.registry.blobs.items():
        if b"payloadType" in data:
            house.registry.blobs[digest] = data.replace(b"A", b"B", 1)

    assert "other bytes" in fault(verify_image(suspect(house.registry)))


def attach(registry: FakeImageRegistry, tag: str, layer_type: str, data: bytes, note: str = "") -> None:
    """As another tool would, beside what is there."""
    there = decode_attachments(registry.manifests[registry.tags[tag]].data)
    # first: what is read before ours must not hide ours
    every = [attachment_of(layer_type, data, {SIGNATURE_NOTE: note}), *there]
    registry.store(data)
    registry.name(tag, StoredManifest(MANIFEST_TYPE, encode_attachments(every)))


OLD = b'{"_type": "https://in-toto.io/Statement/v0.1", "subject": [], "predicateType": "x", "predicate": {}}'
SIGNED = KEY.sign_bytes(signed_bytes(OLD))


@pytest.mark.parametrize(
    ("place", "layer_type", "data", "note"),
    [
        (statements_tag, STATEMENT_LAYER, encode_envelope(OLD, SIGNED), ""),
        (statements_tag, STATEMENT_LAYER, b"x" * (17 << 20), ""),
        (signature_tag, SIGNATURE_LAYER, signed_bytes(OLD), base64.b64encode(SIGNED).decode()),
    ],
    ids=["our statement of another form", "a strangers bill, longer than ours", "a statement in place of a signature"],
)
def test_what_else_is_attached_breaks_nothing(
    place: Callable[[str], str], layer_type: str, data: bytes, note: str
) -> None:
    house = house_with_image()
    tag = place(house.registry.tags["latest"])
    attach(house.registry, tag, layer_type, data, note)

    assert fault(verify_image(suspect(house.registry))) == ""
    assert house.publish(release()).outcome == "nothing to do"


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (IMAGE_TYPE, "no word about a bundle"),
        (BILL_TYPE, "bill of materials: no bill"),
        (PROVENANCE_TYPE, "provenance: none is attached"),
    ],
)
def test_statement_that_was_taken_away_is_missed(kind: str, message: str) -> None:
    house = house_with_image()
    digest = house.registry.tags["latest"]
    kept = [item for item in statements(house.registry, digest, KEY) if item.predicate_type != kind]
    del house.registry.tags[statements_tag(digest)]
    state(house.registry, digest, kept, KEY)

    assert message in fault(verify_image(suspect(house.registry)))


def test_image_without_a_promotion_is_wrong() -> None:
    house = printing_house()
    house.publish(replace(release(), certificate=None))

    assert fault(verify_image(suspect(house.registry, "1"))) == "promotion: none: it was published without one"


def signed_image(layers: list[bytes], labelled: str = "") -> FakeImageRegistry:
    """An image that the key's owner signed, and that holds something else than is said of it."""
    house = house_with_image()
    label = labelled or binary_bundle().digest
    config = json.dumps({"config": {"Labels": {"modelratchet.bundle.digest": label}}}).encode()
    manifest = image_manifest(config, layers)
    for data in (config, *layers):
        house.registry.store(data)

    def push(_image: object, tag: str) -> str:
        house.registry.name(tag, manifest)
        return manifest.digest

    house.engine.push = push  # type: ignore[method-assign]
    house.registry.tags.clear()
    image = house.engine.image
    house.engine.image = lambda tag: replace(image(tag), digest=manifest.digest)  # type: ignore[method-assign]
    house.publish(release())
    return house.registry


OTHER = binary_bundle(weight=2.0)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([bundle_layer(OTHER)], f"the image holds bundle {OTHER.digest}"),
        ([layer({"etc/passwd": b"x"})], "the image has no manifest.json"),
        ([bundle_layer(binary_bundle()), layer({f"{BUNDLE_PLACE}/model.onnx": b"x"})], "model.onnx was changed"),
        ([bundle_layer(binary_bundle()), layer({f"{BUNDLE_PLACE}/.wh.model.onnx": b""})], "takes"),
        ([bundle_layer(binary_bundle()), layer({"opt/.wh.ratchet": b""})], "takes"),
        ([bundle_layer(binary_bundle()), layer({"opt/ratchet/.wh..wh..opq": b""})], "takes"),
        ([b"no tar"], "cannot be read"),
    ],
    ids=[
        "another bundle",
        "none",
        "a file over it",
        "a file removed",
        "a folder removed",
        "a folder emptied",
        "no tar",
    ],
)
def test_what_the_layers_hold_is_read_and_not_believed(layers: list[bytes], message: str) -> None:
    assert message in fault(verify_image(suspect(signed_image(layers))))


def test_label_of_another_bundle_is_found() -> None:
    registry = signed_image([bundle_layer(binary_bundle())], labelled=OTHER.digest)

    assert fault(verify_image(suspect(registry))) == f"label: the image's label names bundle {OTHER.digest}"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"now": NOW + timedelta(days=400)}, "date: it expired"),
        ({"now": NOW - timedelta(days=400)}, "yet to come"),
        ({"minimum_counter": 2}, "counter: 1, expected at least 2"),
    ],
    ids=["expired", "not yet", "an old record"],
)
def test_certificate_is_held_against_clock_and_counter(changes: dict[str, object], message: str) -> None:
    assert message in fault(verify_image(suspect(house_with_image().registry, **changes)))


def test_latest_of_two_certificates_counts() -> None:
    house = house_with_image()
    house.publish(release(counter=3, nonce="n3"))

    assert fault(verify_image(suspect(house.registry, minimum_counter=3))) == ""


def ledger(*, of: str) -> Callable[[str], History]:
    promotion = event(binary_bundle().digest, model="flights", nonce=of)
    return lambda model: fold(model, [stored(1, promotion)])


def test_ledger_has_the_promotion() -> None:
    checks = verify_image(suspect(house_with_image().registry, history=ledger(of="n1")))

    assert checks[-1] == Check("ledger", Status.RIGHT, "has event 1; version 1 reigns")


def test_promotion_that_the_ledger_does_not_have_is_wrong() -> None:
    assert "does not count there" in fault(
        verify_image(suspect(house_with_image().registry, history=ledger(of="another")))
    )
