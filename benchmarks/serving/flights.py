"""The model that everyone serves, its artefacts for each server, and real rows with scikit-learn's own answers to them.

The estimator is the example's, by `params.yaml`, fitted by the project's own code on some thousands of flights, so that it is
made in seconds. Made once and kept under `.ratchet/`; made anew when `params.yaml` or this file changes.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from modelratchet.modeling.plans import ColumnPlan

FOLDER = Path(".ratchet/benchmarks/serving/model")
N_TRAINING = 8_000
N_ROWS = 1_200
"""Rows that are asked: more than one hundred, so that batches differ."""


@dataclass(frozen=True)
class Flights:
    """Rows to ask, as records with the columns in graph order, and scikit-learn's probabilities for them `(n_rows, n_classes)`."""

    folder: Path
    numeric: tuple[str, ...]
    categorical: tuple[str, ...]
    records: list[dict[str, Any]]
    expected: NDArray[np.float64]


def flights() -> Flights:
    """The model and its rows, made if they are not there yet."""
    made_from = Path(__file__).read_bytes() + Path("params.yaml").read_bytes()
    stamp, wanted = FOLDER / "made-from", hashlib.sha256(made_from).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"Fitting the model on {N_TRAINING:,} flights", file=sys.stderr)
        shutil.rmtree(FOLDER, ignore_errors=True)
        _make(FOLDER.absolute())
        stamp.write_text(wanted)
    schema = json.loads((FOLDER / "bundle/schema.json").read_text())
    names = {
        kind: tuple(column["name"] for column in schema["columns"] if column["kind"] == kind)
        for kind in ("numeric", "categorical")
    }
    records = json.loads((FOLDER / "rows.json").read_text())
    return Flights(FOLDER.absolute(), names["numeric"], names["categorical"], records, np.load(FOLDER / "expected.npy"))


def _make(folder: Path) -> None:
    from modelratchet.config.reading import load_params
    from modelratchet.core.manifest import Lineage
    from modelratchet.modeling.frames import features_of
    from modelratchet.modeling.onnx_export import export_onnx
    from modelratchet.modeling.schema_building import build_schema
    from modelratchet.modeling.training import train
    from modelratchet.storage.bundles import make_bundle, write_bundle
    from modelratchet.wiring.columns import column_plan
    from modelratchet.wiring.fitting import estimator_of
    from pipeline import project

    params = load_params()
    plan = column_plan(params)
    rows = project.rows(1, 2).sample(N_TRAINING + 2 * N_ROWS, random_state=0)
    fitted, others = rows.iloc[:N_TRAINING], rows.iloc[N_TRAINING:]
    trained = train(estimator_of(params, project), fitted, plan)
    graph = export_onnx(trained.pipeline, plan.numeric, plan.categorical, plan.task)
    schema = build_schema(params.model, fitted, plan, trained.classes)
    write_bundle(make_bundle(graph, schema, Lineage("", "", "", "", {})), folder / "bundle")
    asked = _indifferent(others[[*plan.numeric, *plan.categorical]], trained.pipeline, plan)
    features = features_of(asked, plan.numeric, plan.categorical)
    np.save(folder / "expected.npy", trained.pipeline.predict_proba(features))
    (folder / "rows.json").write_text(_records(asked))
    with (folder / "estimator.pickle").open("wb") as stream:
        pickle.dump(trained.pipeline, stream)
    _write_mlflow(folder, trained.pipeline, features)
    _write_mlserver(folder)


def _indifferent(rows: Any, pipeline: Any, plan: ColumnPlan) -> Any:
    """Rows whose answer does not hang on whether a number is held in 32 or 64 bits: some peers do the one and some the other."""
    from modelratchet.modeling.frames import features_of

    frames = features_of(rows, plan.numeric, plan.categorical), rows
    rounded, exact = (pipeline.predict_proba(frame) for frame in frames)
    return rows[np.abs(rounded - exact).max(axis=1) < 1e-9].iloc[:N_ROWS]


def _records(rows: Any) -> str:
    """As a caller writes them: missing values are null."""
    return str(rows.to_json(orient="records", double_precision=10))


def _write_mlflow(folder: Path, pipeline: Any, features: Any) -> None:
    """As MLflow's documentation has it, with a signature; probabilities instead of labels, for the answers are compared."""
    from modelratchet.adapters.mlflow.address import prepare_environment

    prepare_environment()
    import mlflow.sklearn
    from mlflow.models import infer_signature

    mlflow.sklearn.save_model(
        pipeline,
        folder / "mlflow",
        serialization_format="cloudpickle",
        pyfunc_predict_fn="predict_proba",
        signature=infer_signature(features, pipeline.predict_proba(features)),
        pip_requirements=["scikit-learn"],
    )


def _write_mlserver(folder: Path) -> None:
    """As its documentation has it, but without the second process that it starts by default: on two cores that is slower."""
    model = {
        "name": "flights",
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": str(folder / "estimator.pickle")},
    }
    (folder / "mlserver").mkdir()
    (folder / "mlserver/model-settings.json").write_text(json.dumps(model))
    (folder / "mlserver/settings.json").write_text(json.dumps({"parallel_workers": 0}))
