"""The code that travels with a model in MLflow, so that `mlflow.pyfunc.load_model(...).predict(frame)` works.

MLflow copies this one file into the model and runs it in whatever environment loads the model; so it imports
nothing of modelratchet. It is for people at a notebook. Production never loads a model this way, for loading runs
code that lies beside the model: it takes verified bytes and onnxruntime alone.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import onnxruntime
import pandas as pd
from mlflow.pyfunc import PythonModel, PythonModelContext


class BundleModel(PythonModel):  # type: ignore[misc]  # MLflow ships no types for it
    """Answers of a bundle for a frame of rows.

    Takes a frame with the schema's columns in any order, numbers as any numeric type, categories as text, whole numbers or
    pandas categories, missing values as NaN or None. A column that is wholly absent counts as missing.
    Gives `label` and one `probability.<class>` column per class, or `prediction`, with the frame's index.
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Read the bundle, and refuse bytes that are not those of its manifest."""
        bundle = Path(context.artifacts["bundle"])
        manifest = json.loads((bundle / "manifest.json").read_bytes())
        contents = {}
        for name, expected in manifest["files"].items():
            contents[name] = (bundle / name).read_bytes()
            found = "sha256:" + hashlib.sha256(contents[name]).hexdigest()
            if found != expected:
                raise ValueError(f"{name} was changed: its digest is {found}, the manifest says {expected}")
        self.schema: dict[str, Any] = json.loads(contents["schema.json"])
        self.session = onnxruntime.InferenceSession(contents["model.onnx"], providers=["CPUExecutionProvider"])

    def predict(
        self,
        context: PythonModelContext,  # noqa: ARG002 - MLflow's signature
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> pd.DataFrame:
        """Score a frame of rows."""
        taken = {item.name for item in self.session.get_inputs()}
        feed = {name: values for name, values in self._inputs(model_input).items() if name in taken}
        names = [item.name for item in self.session.get_outputs()]
        answers = dict(zip(names, self.session.run(names, feed), strict=True))
        if "prediction" in answers:
            return pd.DataFrame(
                {"prediction": answers["prediction"].reshape(-1).astype("float64")}, index=model_input.index
            )
        classes = self.schema["classes"]
        labels = [classes[index] for index in answers["label"].reshape(-1)]
        probabilities = {
            f"probability.{name}": answers["probabilities"][:, index].astype("float64")
            for index, name in enumerate(classes)
        }
        return pd.DataFrame({"label": labels, **probabilities}, index=model_input.index)

    def _inputs(self, rows: pd.DataFrame) -> dict[str, Any]:
        by_kind: dict[str, list[Any]] = {"numeric": [], "categorical": []}
        for column in self.schema["columns"]:
            values = rows[column["name"]] if column["name"] in rows else pd.Series(np.nan, index=rows.index)
            by_kind[column["kind"]].append(_numbers(values) if column["kind"] == "numeric" else _texts(values))
        return {kind: np.column_stack(columns) for kind, columns in by_kind.items() if columns}


def _numbers(values: pd.Series) -> Any:
    return (
        pd.to_numeric(values, errors="raise")
        .astype("Float64")
        .to_numpy(dtype="float64", na_value=np.nan)
        .astype("float32")
    )


def _texts(values: pd.Series) -> Any:
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")  # whole numbers that a missing value made floating
    return values.astype("str").where(values.notna(), "").astype("str").to_numpy(dtype=object)


mlflow.models.set_model(BundleModel())
