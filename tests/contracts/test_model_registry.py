"""What every model registry does: the fake, MLflow on SQLite, MLflow behind its server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.store import connect
from modelratchet.core.run_facts import DatasetFacts
from modelratchet.storage.bundles import read_bundle
from modelratchet.usecases.ports import ModelRegistry
from tests.fakes.model_registry import FakeModelRegistry
from tests.mlflow_stores import served_store, sqlite_store
from tests.samples.candidates import bundle, candidate


@dataclass(frozen=True)
class Subject:
    registry: ModelRegistry
    make_champion: Callable[[str, str], None]


def _mlflow(address: StoreAddress) -> Subject:
    client = connect(address)
    return Subject(
        MlflowRegistry(address), lambda model, number: client.set_registered_model_alias(model, "champion", number)
    )


@pytest.fixture(scope="module")
def mlflow_addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], StoreAddress]]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        made: dict[str, StoreAddress] = {}

        def address(kind: str) -> StoreAddress:
            if kind not in made:
                folder = tmp_path_factory.mktemp(kind)
                made[kind] = sqlite_store(folder) if kind == "sqlite" else stack.enter_context(served_store(folder))
            return made[kind]

        yield address


@pytest.fixture(
    params=[
        "fake",
        pytest.param("sqlite", marks=pytest.mark.integration),
        pytest.param("server", marks=pytest.mark.integration),
    ]
)
def subject(request: pytest.FixtureRequest, mlflow_addresses: Callable[[str], StoreAddress]) -> Subject:
    if request.param == "fake":
        fake = FakeModelRegistry()
        return Subject(fake, fake.make_champion)
    return _mlflow(mlflow_addresses(request.param))


@pytest.fixture
def model(request: pytest.FixtureRequest) -> str:
    """A model of the test's own, for the real stores are shared."""
    return request.node.name.replace("[", "-").replace("]", "")[:60]


def test_a_model_nobody_recorded_has_neither_champion_nor_versions(subject: Subject, model: str) -> None:
    assert subject.registry.champion(model) is None
    assert subject.registry.find(model, "k1") is None


def test_a_recorded_candidate_is_found_by_its_key_alone(subject: Subject, model: str, tmp_path: Path) -> None:
    made = candidate(tmp_path, "k1", model=model)

    version = subject.registry.record(made)

    assert version.bundle_digest == read_bundle(made.bundle).digest
    assert subject.registry.find(model, "k1") == version
    assert subject.registry.find(model, "k2") is None


def test_recording_again_gives_the_same_version(subject: Subject, model: str, tmp_path: Path) -> None:
    made = candidate(tmp_path, "k1", model=model)

    assert subject.registry.record(made) == subject.registry.record(made)


def test_another_bundle_gives_another_version(subject: Subject, model: str, tmp_path: Path) -> None:
    first = subject.registry.record(candidate(tmp_path / "a", "k1", bundle(0.1), model=model))
    second = subject.registry.record(candidate(tmp_path / "b", "k2", bundle(0.2), model=model))

    assert (first.version, second.version) == ("1", "2")


def test_another_verdict_on_a_bundle_keeps_its_version_and_adds_a_run(
    subject: Subject, model: str, tmp_path: Path
) -> None:
    first = subject.registry.record(candidate(tmp_path / "a", "k1", bundle(), model=model))
    second = subject.registry.record(candidate(tmp_path / "b", "k2", bundle(), model=model))

    assert (second.version, second.run_id) == (first.version, first.run_id)
    assert second.verdict_run_id != first.verdict_run_id
    assert subject.registry.find(model, "k2") == second
    assert subject.registry.find(model, "k1") is None


def test_a_verdict_that_comes_back_finds_its_run_again(subject: Subject, model: str, tmp_path: Path) -> None:
    first = subject.registry.record(candidate(tmp_path / "a", "k1", bundle(), model=model))
    subject.registry.record(candidate(tmp_path / "b", "k2", bundle(), model=model))

    assert subject.registry.record(candidate(tmp_path / "c", "k1", bundle(), model=model)) == first


def test_recording_makes_no_champion(subject: Subject, model: str, tmp_path: Path) -> None:
    subject.registry.record(candidate(tmp_path, "k1", model=model))

    assert subject.registry.champion(model) is None


def test_the_champion_is_the_version_its_alias_names(subject: Subject, model: str, tmp_path: Path) -> None:
    first = subject.registry.record(candidate(tmp_path / "a", "k1", model=model))
    subject.registry.record(candidate(tmp_path / "b", "k2", bundle(0.2), model=model))

    subject.make_champion(model, first.version)

    assert subject.registry.champion(model) == first


def test_a_fetched_bundle_is_the_one_recorded(subject: Subject, model: str, tmp_path: Path) -> None:
    made = bundle(0.3)
    version = subject.registry.record(candidate(tmp_path / "a", "k1", made, model=model))

    subject.registry.fetch_bundle(version, tmp_path / "fetched")

    assert read_bundle(tmp_path / "fetched") == made


def test_fetching_replaces_what_was_there(subject: Subject, model: str, tmp_path: Path) -> None:
    version = subject.registry.record(candidate(tmp_path / "a", "k1", bundle(0.3), model=model))
    candidate(tmp_path / "old", "k0", bundle(0.9))

    subject.registry.fetch_bundle(version, tmp_path / "old" / "bundle")

    assert read_bundle(tmp_path / "old" / "bundle").digest == version.bundle_digest


def test_facts_are_what_the_run_was_recorded_with(subject: Subject, model: str, tmp_path: Path) -> None:
    made = candidate(tmp_path, "k1", model=model)
    version = subject.registry.record(made)

    facts = subject.registry.facts(version)

    assert (facts.version, facts.run_id, facts.experiment_id) == (
        version.version,
        version.run_id,
        version.experiment_id,
    )
    assert (facts.params, facts.tags["git.commit"]) == (made.params, "abc")
    assert facts.datasets == (DatasetFacts("train", "sha256:" + "a" * 64, 100),)


def test_facts_outlive_a_further_verdict(subject: Subject, model: str, tmp_path: Path) -> None:
    first = subject.registry.record(candidate(tmp_path / "a", "k1", bundle(), model=model))
    second = subject.registry.record(candidate(tmp_path / "b", "k2", bundle(), model=model))

    assert subject.registry.facts(second) == subject.registry.facts(first)
