"""Publishing: what is checked before anything is pushed, what is there afterwards, and what a second call, a kill or a rival changes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modelratchet.core.advisories import Advisory
from modelratchet.core.attachments import signature_tag, statements_tag
from modelratchet.core.image_statements import BILL_TYPE, IMAGE_TYPE, PROVENANCE_TYPE, image_record
from modelratchet.core.ledger import EventKind
from modelratchet.errors import DigestError, EvidenceError, OutsideError, RejectedError
from modelratchet.usecases.image_attachments import is_signed, sign, statements
from modelratchet.usecases.ports.publishing import StoredManifest, Tried
from modelratchet.usecases.ports.serving import Image
from modelratchet.usecases.publish_image import publish_image
from tests.fakes.image_checks import FakeAdvisories, FakeByteSigner, FakeTrial
from tests.samples.bundles import binary_bundle
from tests.samples.releases import PrintingHouse, printing_house, release

TAG = f"{binary_bundle().digest[7:19]}-code"
BUNDLE_TAG = f"bundle-{binary_bundle().digest[7:]}"
MENDABLE = Advisory("PYSEC-2021-66", ("CVE-2020-28493",), "jinja2", "2.11.2", "", ("2.11.3",))


N_WRITES = 16


def published_digests(house: PrintingHouse) -> set[str]:
    """What all tags but those of signatures name."""
    return {digest for tag, digest in house.registry.tags.items() if not tag.startswith("sha256-")}


def test_image_is_signed_stated_and_named() -> None:
    house = printing_house()
    found = house.publish(release())

    assert found.outcome == "published"
    assert found.tags == (TAG, "1", BUNDLE_TAG, f"git-{'c' * 40}", "latest")
    assert published_digests(house) == {found.digest}
    assert house.signer is not None
    assert is_signed(house.registry, found.digest, house.signer)
    said = statements(house.registry, found.digest, house.signer)
    assert [item.predicate_type for item in said] == [PROVENANCE_TYPE, BILL_TYPE, IMAGE_TYPE]
    assert image_record(said[-1]).bundle_digest == binary_bundle().digest


def test_second_time_nothing_is_built_or_written() -> None:
    house = printing_house()
    first = house.publish(release())
    writes, builds = house.registry.writes, house.engine.n_builds
    second = house.publish(release())

    assert writes == N_WRITES
    assert (second.outcome, second.digest, second.moved) == ("nothing to do", first.digest, ())
    assert (house.registry.writes, house.engine.n_builds) == (writes, builds)


def test_vulnerability_that_could_be_mended_stops_before_the_trial_and_the_push() -> None:
    house = replace(printing_house(), advisories=FakeAdvisories(MENDABLE))
    with pytest.raises(RejectedError, match=r"PYSEC-2021-66, mended in 2\.11\.3"):
        house.publish(release())

    assert (house.trial.n_tried, house.engine.n_pushes, house.registry.tags) == (0, 0, {})


def test_failed_conformance_check_stops_before_the_push() -> None:
    house = replace(printing_house(), trial=FakeTrial("kserve, infer: expected 200, found 500"))
    with pytest.raises(RejectedError, match="1 of 81 conformance checks failed"):
        house.publish(release())

    assert (house.engine.n_pushes, house.registry.tags) == (0, {})


def test_only_python_packages_are_audited() -> None:
    house = printing_house()
    house.publish(release())

    assert [item.name for item in house.advisories.asked] == ["jinja2"]


@pytest.mark.parametrize("n_writes", range(N_WRITES))
def test_registry_that_goes_down_at_any_write_is_completed_by_the_next_call(n_writes: int) -> None:
    house = printing_house()
    house.registry.fails_after = n_writes
    with pytest.raises(OutsideError, match="down"):
        house.publish(release())
    house.registry.fails_after = None
    found = house.publish(release())

    assert published_digests(house) == {found.digest}
    assert house.publish(release()).outcome == "nothing to do"


def test_nothing_is_tagged_for_people_before_it_is_signed_and_stated() -> None:
    house = printing_house()
    seen: list[set[str]] = []
    name = house.registry.name

    def watched(tag: str, manifest: object) -> None:
        seen.append(set(house.registry.tags))
        name(tag, manifest)  # type: ignore[arg-type]

    house.registry.name = watched  # type: ignore[method-assign]
    found = house.publish(release())
    proofs = {signature_tag(found.digest), statements_tag(found.digest)}

    assert [tags >= proofs for tags in seen if tags & {"1", "latest", BUNDLE_TAG}] != []
    assert all(tags >= proofs for tags in seen if tags & {"1", "latest", BUNDLE_TAG})


def test_image_that_somebody_else_pushed_is_replaced() -> None:
    house = printing_house()
    first = house.publish(release())
    stranger = house.beside()
    stranger.engine.push(stranger.engine.image("x"), TAG)
    found = house.publish(release())

    assert found.outcome == "published"
    assert house.registry.tags[TAG] == found.digest
    assert found.digest not in (first.digest, stranger.registry.tags.get("x"))


def test_image_that_another_key_signed_is_not_taken() -> None:
    house = printing_house()
    replace(house, signer=FakeByteSigner("another key")).publish(release())
    found = house.publish(release())

    assert found.outcome == "published"
    assert house.engine.n_pushes == 2


def test_what_others_attached_stays() -> None:
    house = printing_house()
    other = FakeByteSigner("another key")
    found = replace(house, signer=other).publish(release())
    assert house.signer is not None
    sign(house.registry, "localhost:5000/flights", found.digest, house.signer)
    assert is_signed(house.registry, found.digest, other)
    assert is_signed(house.registry, found.digest, house.signer)


def test_rollback_adds_its_certificate_and_latest_and_builds_nothing() -> None:
    house = printing_house()
    house.publish(release())
    house.champion = "2"
    house.registry.tags["latest"] = "sha256:2"
    builds = house.engine.n_builds
    house.champion = "1"
    found = house.publish(release(counter=3, kind=EventKind.ROLLED_BACK, nonce="n3"))

    assert (found.outcome, found.moved, house.engine.n_builds) == ("published", ("latest",), builds)
    assert house.signer is not None
    said = statements(house.registry, found.digest, house.signer)
    counters = [image_record(item).certificate for item in said if item.predicate_type == IMAGE_TYPE]
    assert [item.event.counter for item in counters if item] == [1, 3]


def test_version_that_does_not_reign_never_gets_latest() -> None:
    house = printing_house()
    house.champion = "2"
    found = house.publish(release())

    assert "latest" not in found.tags
    assert "latest" not in house.registry.tags


def test_champion_that_fell_during_its_publishing_gives_latest_back() -> None:
    house = printing_house()
    other = binary_bundle(weight=2.0)
    second = replace(house, engine=replace(house.engine, bundle=other, version="2"), champion="2")
    newer = second.publish(release(other, version="2"))
    asked = iter(["1"])
    house.champion = None
    press = replace(house.press, reigning=lambda: next(asked, "2"))
    publish_image(release(), press, lambda _step: None)
    assert house.registry.tags["latest"] == newer.digest


def test_publisher_that_was_overtaken_takes_the_others_image() -> None:
    house = printing_house()
    rival = house.beside()
    finished: list[str] = []

    def rival_first(tag: str) -> None:
        if not finished:
            finished.append(rival.publish(release()).digest)

    pushed = house.engine.push

    def push(image: Image, tag: str) -> str:
        digest = pushed(image, tag)
        rival_first(tag)
        rival.registry.tags[TAG] = finished[0]
        return digest

    house.engine.push = push  # type: ignore[method-assign]
    found = house.publish(release())

    assert found.digest == finished[0]
    assert published_digests(house) == {finished[0]}


def test_two_publishers_in_turns_end_with_one_image() -> None:
    house = printing_house()
    rival = house.beside()
    house.registry.before_naming = lambda _tag: rival.publish(release()) and None
    house.publish(release())

    assert len(published_digests(house)) == 1
    assert house.publish(release()).outcome == "nothing to do"


def test_tag_that_a_neighbour_took_in_the_engine_is_pushed_again() -> None:
    house = printing_house()
    neighbours = [house.engine.image("other")]
    pushed = house.engine.push
    house.engine.push = lambda image, tag: pushed(neighbours.pop() if neighbours else image, tag)  # type: ignore[method-assign]
    found = house.publish(release())

    assert house.engine.n_pushes == 2
    assert published_digests(house) == {found.digest}


def test_push_of_another_image_than_was_tried_is_refused() -> None:
    house = printing_house()
    wrong = house.engine.image("other")
    pushed = house.engine.push
    house.engine.push = lambda _image, tag: pushed(wrong, tag)  # type: ignore[method-assign]
    with pytest.raises(DigestError, match="the image that was tried"):
        house.publish(release())

    assert "1" not in house.registry.tags


def test_push_that_arrives_as_a_list_of_images_is_refused() -> None:
    house = printing_house()
    listed = StoredManifest("application/vnd.oci.image.index.v1+json", b'{"manifests": []}')

    def push(_image: Image, tag: str) -> str:
        house.registry.name(tag, listed)
        return listed.digest

    house.engine.push = push  # type: ignore[method-assign]
    with pytest.raises(EvidenceError, match="no manifest of an image"):
        house.publish(release())

    assert "1" not in house.registry.tags


def test_without_a_key_the_labels_tell_whether_it_is_there() -> None:
    house = replace(printing_house(), signer=None)
    first = house.publish(release())
    second = house.publish(release())

    assert (first.outcome, second.outcome) == ("published", "nothing to do")
    assert [tag for tag in house.registry.tags if tag.startswith("sha256-")] == []


def test_version_with_the_bundle_of_another_gets_an_image_of_its_own() -> None:
    house = printing_house()
    first = house.publish(release())
    again = replace(house, engine=replace(house.engine, version="2"), champion="2")
    second = again.publish(release(version="2"))

    assert second.digest != first.digest
    assert house.registry.tags["1"] == first.digest
    assert house.registry.tags["2"] == house.registry.tags["latest"] == second.digest


def test_trial_counts_into_the_statement() -> None:
    house = printing_house()
    house.trial.tried = lambda _image: Tried(7, ())  # type: ignore[method-assign]
    found = house.publish(release())
    assert house.signer is not None
    said = statements(house.registry, found.digest, house.signer)

    assert image_record(said[-1]).n_checks == 7
