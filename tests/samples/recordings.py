"""A project's files as they are when the verdict is there and nothing is recorded yet, with real rows, model and pictures."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from modelratchet.core.evaluation import MetricValue, SliceValue
from modelratchet.core.gate import decide
from modelratchet.core.metrics import Direction
from modelratchet.core.run_facts import RunFacts
from modelratchet.core.standing import Champion
from modelratchet.storage.bundles import write_bundle
from modelratchet.storage.files import write_record
from modelratchet.usecases.record_candidate import CandidateFiles
from tests.samples import evidence as samples
from tests.samples.candidates import MODEL, bundle

PICTURES = ("calibration", "confusion", "importance", "pr", "roc")


def recording(
    folder: Path, weight: float = 0.1, auc: float = 0.70, model: str = MODEL, champion: RunFacts | None = None
) -> CandidateFiles:
    """Write everything that recording reads; candidates differ by their weight and their metric.

    With facts of a champion it is as if that one had been fetched.
    """
    made = bundle(weight)
    write_bundle(made, folder / "bundle")
    found = samples.about(_evidence(auc, champion), made)
    verdict = decide(model, found, samples.policy())
    write_record(folder / "evidence.json", found)
    write_record(folder / "verdict.json", verdict)
    write_record(folder / "policy.json", samples.policy())
    if champion:
        write_record(folder / "reigning" / "run.json", champion)
        write_bundle(bundle(0.5), folder / "reigning" / "bundle")
    (folder / "lock.txt").write_text("numpy==2.1\n")
    rows = pd.DataFrame(
        {"hour": [5.0, 6.0, 7.0], "temp": [1.0, np.nan, 3.0], "carrier": ["AA", "UA", ""], "late": [0, 1, 0]}
    )
    rows.to_parquet(folder / "train.parquet")
    rows.head(2).to_parquet(folder / "holdout.parquet")
    return CandidateFiles(
        bundle=folder / "bundle",
        evidence=folder / "evidence.json",
        policy=folder / "policy.json",
        verdict=folder / "verdict.json",
        reigning=folder / "reigning",
        train=folder / "train.parquet",
        holdout=folder / "holdout.parquet",
        lock=folder / "lock.txt",
        attachments={name: folder / name for name in ("verdict.json", "evidence.json", *_pictures(folder, weight))},
        receipt=folder / "receipt.json",
    )


def settings(estimator: str) -> dict[str, object]:
    """Settings as `params.yaml` gives them."""
    return {
        "model": MODEL,
        "seed": 1,
        "train": {"estimator": estimator, "random_forest": {"max_depth": 12}, "logistic_regression": {"C": 1.0}},
        "evaluate": {"primary": "roc_auc", "slices": ["carrier"]},
        "split": {"method": "time", "holdout_share": None},
    }


def _evidence(auc: float, champion: RunFacts | None) -> samples.Evidence:
    compared = samples.comparison()
    if champion:
        reigns = Champion(champion.version, bundle(0.5).digest, champion.run_id)
        compared = samples.comparison(standing=samples.standing(champion=reigns), champion=samples.contest(reigns))
    metrics = tuple(
        MetricValue(name, Direction.HIGHER, value, value - 0.01, value + 0.01)
        for name, value in (("roc_auc", auc), ("accuracy", auc + 0.1))
    )
    slices = tuple(
        SliceValue("carrier", name, 900, samples.metric(auc - 0.02, auc + 0.02)) for name in ("AA", "B&6", "UA")
    )
    return samples.evidence(
        evaluation=replace(samples.evaluation(*metrics), slices=slices),
        comparison=compared,
        latency=replace(samples.latency(), champion_digest=compared.standing.champion.bundle_digest),
    )


def _pictures(folder: Path, weight: float) -> list[str]:
    for name in PICTURES:
        (folder / f"{name}.png").write_bytes(_picture(name, weight))
    return [f"{name}.png" for name in PICTURES]


@cache
def _picture(title: str, weight: float) -> bytes:
    from matplotlib.figure import Figure

    figure, drawn = Figure(figsize=(4, 3), layout="constrained"), BytesIO()
    figure.add_subplot(title=title).plot([0, weight, 1], [0, 1 - weight, 1])
    figure.savefig(drawn)
    return drawn.getvalue()
