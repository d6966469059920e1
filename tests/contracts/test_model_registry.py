"""What every model registry does: the fake, MLflow on SQLite, on PostgreSQL, behind its server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.core.page.overriding import with_override
from modelratchet.core.run_facts import DatasetFacts
from modelratchet.storage.bundles import Bundle, make_bundle, read_bundle
from modelratchet.usecases.ports.registry import CandidateRecord, ModelRegistry
from tests.fakes.model_registry import FakeModelRegistry
from tests.samples.candidates import LINEAGE, bundle, candidate


@pytest.fixture(
    params=[
        "fake",
        pytest.param("sqlite", marks=pytest.mark.integration),
        pytest.param("server", marks=pytest.mark.integration),
        pytest.param("postgres", marks=pytest.mark.integration),
    ]
)
def registry(request: pytest.FixtureRequest, mlflow_addresses: Callable[[str], StoreAddress]) -> ModelRegistry:
    return FakeModelRegistry() if request.param == "fake" else MlflowRegistry(mlflow_addresses(request.param))


def test_a_model_nobody_recorded_has_no_versions(registry: ModelRegistry, model: str) -> None:
    assert registry.version(model, "1") is None
    assert registry.judged_on_holdout(model, "sha256:h") == ()
    assert registry.find(model, "k1") is None


def test_a_recorded_candidate_is_found_by_its_key_alone(registry: ModelRegistry, model: str, tmp_path: Path) -> None:
    made = candidate(tmp_path, "k1", model=model)

    version = registry.record(made)

    assert version.bundle_digest == read_bundle(made.bundle).digest
    assert registry.find(model, "k1") == version
    assert registry.find(model, "k2") is None


def test_recording_again_gives_the_same_version(registry: ModelRegistry, model: str, tmp_path: Path) -> None:
    made = candidate(tmp_path, "k1", model=model)

    assert registry.record(made) == registry.record(made)


def test_another_bundle_gives_another_version(registry: ModelRegistry, model: str, tmp_path: Path) -> None:
    first = registry.record(candidate(tmp_path / "a", "k1", bundle(0.1), model=model))
    second = registry.record(candidate(tmp_path / "b", "k2", bundle(0.2), model=model))

    assert (first.version, second.version) == ("1", "2")


def test_another_verdict_on_a_bundle_keeps_its_version_and_adds_a_run(
    registry: ModelRegistry, model: str, tmp_path: Path
) -> None:
    first = registry.record(candidate(tmp_path / "a", "k1", bundle(), model=model))
    second = registry.record(candidate(tmp_path / "b", "k2", bundle(), model=model))

    assert (second.version, second.run_id) == (first.version, first.run_id)
    assert second.verdict_run_id != first.verdict_run_id
    assert registry.find(model, "k2") == second
    assert registry.find(model, "k1") is None


def test_a_verdict_that_comes_back_finds_its_run_again(registry: ModelRegistry, model: str, tmp_path: Path) -> None:
    first = registry.record(candidate(tmp_path / "a", "k1", bundle(), model=model))
    registry.record(candidate(tmp_path / "b", "k2", bundle(), model=model))

    assert registry.record(candidate(tmp_path / "c", "k1", bundle(), model=model)) == first


def test_a_version_is_found_by_its_number(registry: ModelRegistry, model: str, tmp_path: Path) -> None:
    first = registry.record(candidate(tmp_path / "a", "k1", model=model))
    second = registry.record(candidate(tmp_path / "b", "k2", bundle(0.2), model=model))

    assert [registry.version(model, number) for number in ("1", "2", "3", "x", "-1")] == [
        first,
        second,
        None,
        None,
        None,
    ]


def judged(folder: Path, model: str, key: str, weight: float, holdout: str) -> CandidateRecord:
    made = candidate(folder / key, key, bundle(weight), model=model)
    looks = {"ratchet.holdout_digest": holdout, "ratchet.anchor_digest": f"anchor of {holdout}"}
    return replace(
        made,
        tags={**made.tags, "digest.bundle": bundle(weight).digest, "digest.model": bundle(weight).model_digest},
        verdict_tags={**made.verdict_tags, **looks},
    )


def test_models_are_counted_once_a_holdout_in_the_order_they_were_judged(
    registry: ModelRegistry, model: str, tmp_path: Path
) -> None:
    for key, weight, holdout in (("k1", 0.3, "h1"), ("k2", 0.1, "h1"), ("k3", 0.3, "h1"), ("k4", 0.2, "h2")):
        registry.record(judged(tmp_path, model, key, weight, holdout))

    assert registry.judged_on_holdout(model, "h1") == (bundle(0.3).model_digest, bundle(0.1).model_digest)
    assert registry.judged_on_holdout(model, "h2") == (bundle(0.2).model_digest,)
    assert registry.judged_against_anchor(model, "anchor of h1") == (bundle(0.3).model_digest, bundle(0.1).model_digest)
    assert registry.judged_against_anchor(model, "h1") == ()


def test_a_fetched_bundle_is_the_one_recorded(registry: ModelRegistry, model: str, tmp_path: Path) -> None:
    made = bundle(0.3)
    version = registry.record(candidate(tmp_path / "a", "k1", made, model=model))

    registry.fetch_bundle(version, tmp_path / "fetched")

    assert read_bundle(tmp_path / "fetched") == made


def test_fetching_replaces_what_was_there(registry: ModelRegistry, model: str, tmp_path: Path) -> None:
    version = registry.record(candidate(tmp_path / "a", "k1", bundle(0.3), model=model))
    candidate(tmp_path / "old", "k0", bundle(0.9))

    registry.fetch_bundle(version, tmp_path / "old" / "bundle")

    assert read_bundle(tmp_path / "old" / "bundle").digest == version.bundle_digest


def test_commit_that_is_named_later_is_the_versions_and_its_facts(
    registry: ModelRegistry, model: str, tmp_path: Path
) -> None:
    made = candidate(tmp_path, "k1", model=model)
    version = registry.record(replace(made, tags={"git.commit": "a" * 40, "git.dirty": "yes", "digest.data": "d"}))

    named = registry.name_commit(registry.name_commit(version, "b" * 40), "b" * 40)

    assert (version.commit, registry.facts(version).commit) == ("", "")
    assert named == replace(version, commit="b" * 40) == registry.version(model, "1") == registry.find(model, "k1")
    assert (registry.facts(named).commit, registry.facts(named).tags["digest.data"]) == ("b" * 40, "d")


def test_facts_are_what_the_run_was_recorded_with(registry: ModelRegistry, model: str, tmp_path: Path) -> None:
    made = candidate(tmp_path, "k1", model=model)
    version = registry.record(made)

    facts = registry.facts(version)

    assert (facts.version, facts.run_id, facts.experiment_id) == (
        version.version,
        version.run_id,
        version.experiment_id,
    )
    assert (facts.params, facts.tags["git.commit"]) == (made.params, "abc")
    assert facts.datasets == (DatasetFacts("train", "sha256:" + "a" * 64, 100),)


def test_facts_outlive_a_further_verdict(registry: ModelRegistry, model: str, tmp_path: Path) -> None:
    first = registry.record(candidate(tmp_path / "a", "k1", bundle(), model=model))
    second = registry.record(candidate(tmp_path / "b", "k2", bundle(), model=model))

    assert registry.facts(second) == registry.facts(first)


def test_an_override_is_shown_once_however_often_it_is_told(
    registry: ModelRegistry, model: str, tmp_path: Path
) -> None:
    version = registry.record(candidate(tmp_path, "k1", model=model))

    registry.show_override(version, partial(with_override, override="ann: so"))
    registry.show_override(version, partial(with_override, override="ann: so"))

    assert registry.version(model, version.version) == version
    assert registry.facts(version).run_id == version.run_id


def in_another_bundle(made: Bundle) -> Bundle:
    return make_bundle(made.model, made.schema, replace(LINEAGE, source_digest="sha256:another"))


def test_the_same_model_in_another_bundle_keeps_its_version_and_its_bundle(
    registry: ModelRegistry, model: str, tmp_path: Path
) -> None:
    made = bundle()
    first = registry.record(candidate(tmp_path / "a", "k1", made, model=model))
    second = registry.record(candidate(tmp_path / "b", "k2", in_another_bundle(made), model=model))

    assert (second.version, second.bundle_digest) == (first.version, made.digest)
    assert (first.model_digest, second.model_digest) == (made.model_digest, made.model_digest)
    registry.fetch_bundle(second, tmp_path / "fetched")
    assert read_bundle(tmp_path / "fetched").digest == made.digest


def test_verdicts_on_a_judgement_are_found_the_latest_first(
    registry: ModelRegistry, model: str, tmp_path: Path
) -> None:
    for key, judgement in (("k1", "sha256:one"), ("k2", "sha256:one"), ("k3", "sha256:two")):
        usual = candidate(tmp_path / key, key, bundle(), model=model)
        (tmp_path / key / "evidence.json").write_text(key)
        registry.record(
            replace(
                usual,
                verdict_tags={**usual.verdict_tags, "ratchet.judgement": judgement},
                attachments={**usual.attachments, "evidence.json": tmp_path / key / "evidence.json"},
            )
        )

    found = registry.verdicts_on(model, "sha256:one")

    assert [(item.key, item.evidence) for item in found] == [("k2", b"k2"), ("k1", b"k1")]
    assert registry.verdicts_on(model, "sha256:three") == ()
