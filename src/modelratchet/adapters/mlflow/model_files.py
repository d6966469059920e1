"""The MLflow model made of a bundle: its code, signature, input example and exact requirements, as files.

The bundle lies inside once, under `artifacts/bundle`, and is fetched from there; nothing is stored twice.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from modelratchet.core.schema import Schema
from modelratchet.storage.bundles import read_bundle
from modelratchet.usecases.ports.registry import CandidateRecord

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.models import ModelSignature

MODEL_PATH = "model"
BUNDLE_PATH = "artifacts/bundle"
_CODE = Path(__file__).with_name("pyfunc_model.py")
_REQUIREMENTS = ("mlflow", "numpy", "onnxruntime", "pandas")


def save_model(candidate: CandidateRecord, folder: Path) -> None:
    """Write the MLflow model of a candidate's bundle to `folder`, which must not exist.

    Raises:
        DigestError: the bundle is not what its manifest says.
    """
    import mlflow.pyfunc

    bundle = read_bundle(candidate.bundle)
    with _quiet():
        mlflow.pyfunc.save_model(
            folder,
            python_model=str(_CODE),
            artifacts={"bundle": str(candidate.bundle)},
            signature=signature_of(bundle.schema),
            input_example=_example(candidate, bundle.schema),
            pip_requirements=[f"{name}=={version(name)}" for name in _REQUIREMENTS],
            metadata={"ratchet.bundle_digest": bundle.digest},
        )


def signature_of(schema: Schema) -> ModelSignature:
    """The signature of a schema.

    Inputs are of type `any`: MLflow refuses whole numbers (int64) where it expects `double`, and categories of any
    type but text where it expects `string`. The model's own code checks and converts.
    """
    from mlflow.models import ModelSignature
    from mlflow.types.schema import AnyType, ColSpec
    from mlflow.types.schema import Schema as MlflowSchema

    inputs = [ColSpec(AnyType(), column.name, required=not column.allows_missing) for column in schema.columns]
    if schema.task.is_classification:
        outputs = [ColSpec("string", "label"), *(ColSpec("double", f"probability.{name}") for name in schema.classes)]
    else:
        outputs = [ColSpec("double", "prediction")]
    return ModelSignature(inputs=MlflowSchema(inputs), outputs=MlflowSchema(outputs))


def _example(candidate: CandidateRecord, schema: Schema) -> pd.DataFrame | None:
    import pandas as pd

    if not candidate.example:
        return None
    names = (*schema.numeric, *schema.categorical)
    frame = pd.DataFrame([{name: row.get(name) for name in names} for row in candidate.example], columns=list(names))
    return frame.astype(dict.fromkeys(schema.numeric, "float64"))


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence MLflow's advice on type hints and environments, which is not for the person who runs the pipeline."""
    logger = logging.getLogger("mlflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
