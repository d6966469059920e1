"""From the word that a person gives to `serving.json` and the image's labels."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from modelratchet.errors import ConfigError, InputError, MissingEvidenceError
from modelratchet.storage.bundles import write_bundle
from modelratchet.usecases.choose_bundle import Chosen
from modelratchet.wiring.choosing import choose, deployment_of
from modelratchet.wiring.packaging import labels_of
from tests.samples.bundles import binary_bundle

ROOT = Path(__file__).parents[3]
CHOSEN = Chosen(binary_bundle(), "champion", "7", "c" * 40)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_folder_of_a_bundle_needs_no_project(folder: Path) -> None:
    write_bundle(binary_bundle(), folder / "some" / "model")

    found = choose("some/model")

    assert (found.bundle.digest, found.version, found.commit) == (binary_bundle().digest, "", "")


def test_candidate_that_is_not_there_is_told() -> None:
    with pytest.raises(MissingEvidenceError, match=r"models/bundle/manifest\.json is not there"):
        choose("candidate")


@pytest.mark.parametrize("name", ["champ", "٣", "models/none"])
def test_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(InputError, match="expected champion, challenger, candidate"):
        choose(name)


def test_settings_of_the_project_are_those_of_the_server(folder: Path) -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["serving"] = {"unseen_categories": "refuse", "maximum_rows": 3, "log": {"redact": ["carrier"], "share": 0.5}}
    (folder / "params.yaml").write_text(yaml.safe_dump(params))

    made = deployment_of(CHOSEN)

    assert (made.name, made.version, made.commit) == ("flights", "7", "c" * 40)
    assert (made.policy.unseen_categories, made.limits.maximum_rows, made.limits.deadline_seconds) == (
        "refuse",
        3,
        10.0,
    )
    assert (made.log.redact, made.log.share) == (("carrier",), 0.5)


def test_faulty_settings_serve_nothing(folder: Path) -> None:
    (folder / "params.yaml").write_text("serving: {unseen_categories: maybe}\n")

    with pytest.raises(ConfigError, match=r"serving\.unseen_categories: found 'maybe'"):
        deployment_of(CHOSEN)


def test_labels_name_commit_version_and_bundle() -> None:
    labels = labels_of(deployment_of(CHOSEN), datetime(2026, 11, 24, 7, tzinfo=UTC))

    assert labels["org.opencontainers.image.revision"] == "c" * 40
    assert labels["org.opencontainers.image.version"] == "7"
    assert labels["org.opencontainers.image.created"] == "2026-11-24T07:00:00Z"
    assert labels["modelratchet.bundle.digest"] == binary_bundle().digest
