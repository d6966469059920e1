"""What evaluate and compare read from disk, and what they refuse there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modelratchet.config.layout import ANCHOR, HOLDOUT, REIGNING, STANDING, TRAIN
from modelratchet.config.params import Params
from modelratchet.config.reading import parse_params
from modelratchet.core.standing import NOBODY, Champion, Standing
from modelratchet.core.tasks import Task
from modelratchet.errors import DataError, DigestError, EvidenceError
from modelratchet.modeling.holdout import read_holdout
from modelratchet.modeling.tables import write_table
from modelratchet.storage.bundles import Bundle, make_bundle, write_bundle
from modelratchet.storage.files import digest_file, write_record
from modelratchet.wiring.comparing import compared
from modelratchet.wiring.judging import evaluated, refuse_trained_on
from tests.samples.candidates import COLUMNS, LINEAGE, MODEL, Schema, classifier


@dataclass(frozen=True)
class Folder:
    """Rows of both sides as the split stage leaves them, and settings that fit them."""

    params: Params
    rows: pd.DataFrame

    def bundle(self, weight: float) -> Bundle:
        """Trained on the rows that are there now."""
        schema = Schema(MODEL, Task.BINARY, "late", ("in time", "late"), COLUMNS)
        return make_bundle(classifier(weight), schema, replace(LINEAGE, data_digest=digest_file(TRAIN)))

    def stand(self, champion: Champion, anchor: Champion, holdout_digest: str | None = None) -> None:
        """What the fetch_champion stage writes."""
        digest = holdout_digest or digest_file(HOLDOUT)
        write_record(STANDING, Standing(champion, anchor, "sha256:head", 1, digest, 1, 1))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(3)
    hour = generator.uniform(0.0, 23.0, 600).astype("float32")
    late = np.where(generator.random(600) < hour / 23.0, "late", "in time")
    rows = pd.DataFrame(
        {
            "id": [f"f{number}" for number in range(600)],
            "hour": hour,
            "temp": generator.normal(10.0, 5.0, 600).astype("float32"),
            "carrier": generator.choice(["AA", "UA"], 600),
            "day": [str(number % 30) for number in range(600)],
            "late": late,
        }
    )
    write_table(TRAIN, rows.head(300))
    write_table(HOLDOUT, rows.tail(300))
    return Folder(settings(), rows)


def settings(**compare: object) -> Params:
    return parse_params(
        {
            "model": MODEL,
            "task": "binary",
            "seed": 1,
            "ingest": {"source": "project"},
            "columns": {
                "label": "late",
                "key": "id",
                "numeric": ["hour", "temp"],
                "categorical": ["carrier"],
                "kept": ["day"],
            },
            "split": {"method": "hash", "holdout_share": 0.5},
            "train": {"estimator": "project"},
            "evaluate": {"primary": "roc_auc", "resamples": 100, "slices": ["carrier"], "groups": ["carrier"]},
            "check_data": {},
            "parity": {},
            "latency": {},
            "compare": {"resamples": 200, **compare},
            "gate": {"margin": 0.01, "slice_margin": 0.1, "maximum_latency_ratio": 1.05},
        }
    )


def version(number: str, bundle: Bundle) -> Champion:
    return Champion(number, bundle.digest, f"run{number}")


def test_champion_and_anchor_are_read_and_compared(folder: Folder) -> None:
    candidate, champion, anchor = folder.bundle(0.1), folder.bundle(0.12), folder.bundle(-0.1)
    write_bundle(champion, REIGNING / "bundle")
    write_bundle(anchor, ANCHOR / "bundle")
    folder.stand(version("3", champion), version("1", anchor))
    found = compared(candidate, read_holdout(HOLDOUT), settings(cluster="day"))
    assert found.champion is not None
    assert found.anchor is not None
    assert found.anchor.difference("roc_auc").gain > 0.3  # type: ignore[union-attr]
    assert found.champion.differences[0].n_clusters == 30


def test_an_anchor_that_reigns_is_no_contest_of_its_own(folder: Folder) -> None:
    champion = folder.bundle(0.12)
    write_bundle(champion, REIGNING / "bundle")
    folder.stand(version("3", champion), version("3", champion))
    found = compared(folder.bundle(0.1), read_holdout(HOLDOUT), folder.params)
    assert found.champion is not None
    assert found.anchor is None


def test_where_nobody_reigns_nothing_is_fetched(folder: Folder) -> None:
    folder.stand(NOBODY, NOBODY)
    found = compared(folder.bundle(0.1), read_holdout(HOLDOUT), folder.params)
    assert (found.champion, found.anchor) == (None, None)


def test_another_bundle_in_the_champions_place_is_refused(folder: Folder) -> None:
    write_bundle(folder.bundle(0.5), REIGNING / "bundle")
    folder.stand(version("3", folder.bundle(0.12)), NOBODY)
    with pytest.raises(DigestError, match="version 3"):
        compared(folder.bundle(0.1), read_holdout(HOLDOUT), folder.params)


def test_a_standing_of_yesterdays_holdout_is_refused(folder: Folder) -> None:
    folder.stand(NOBODY, NOBODY, "sha256:yesterday")
    with pytest.raises(EvidenceError, match="sha256:yesterday"):
        compared(folder.bundle(0.1), read_holdout(HOLDOUT), folder.params)


def test_evaluation_has_metrics_calibration_and_groups(folder: Folder) -> None:
    judged = evaluated(folder.bundle(0.1), read_holdout(HOLDOUT), folder.params)
    assert judged.evaluation.calibration is not None
    assert [group.category for group in judged.evaluation.groups] == ["AA", "UA"]
    assert sum(group.n_rows for group in judged.evaluation.groups) == 300


def test_a_training_row_slipped_into_the_holdout_is_refused(folder: Folder) -> None:
    bundle = folder.bundle(0.1)
    write_table(HOLDOUT, pd.concat([folder.rows.tail(300), folder.rows.head(1)]))
    with pytest.raises(DataError, match="'f0'"):
        evaluated(bundle, read_holdout(HOLDOUT), folder.params)


def test_training_rows_that_are_not_the_bundles_are_refused(folder: Folder) -> None:
    bundle = folder.bundle(0.1)
    write_table(TRAIN, folder.rows.head(299))
    with pytest.raises(EvidenceError, match="trained on rows with digest") as caught:
        refuse_trained_on(bundle, read_holdout(HOLDOUT), folder.params)
    assert "ratchet run" in caught.value.hint
