"""Joins the registry's ports to MLflow, git and Parquet; the stages `fetch_champion` and `record` and `ratchet ui` call it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from modelratchet.adapters.git_source_control import GitSourceControl
from modelratchet.adapters.json_memory import JsonMemory
from modelratchet.adapters.mlflow.address import StoreAddress, read_address
from modelratchet.adapters.mlflow.pages import MlflowAddresses
from modelratchet.adapters.mlflow.probe import UNKNOWN, store_stamp
from modelratchet.adapters.pyarrow_dataset_reader import ParquetDatasetReader
from modelratchet.config import layout
from modelratchet.config.environment import STANDING_VARIABLE
from modelratchet.core.digests import digest_value
from modelratchet.core.folding import fold
from modelratchet.core.ledger import Event
from modelratchet.core.overrides import override_of
from modelratchet.core.registry_names import LEDGER_SUFFIX
from modelratchet.core.verdict import Verdict
from modelratchet.usecases.exported_registry import ExportedRegistry
from modelratchet.usecases.ports.promotions import Ledger
from modelratchet.usecases.ports.registry import CandidateRecord, ModelRegistry
from modelratchet.usecases.record_candidate import CandidateFiles, Recorder
from modelratchet.usecases.remembered_ledger import RememberedLedger
from modelratchet.usecases.remembered_registry import RememberedRegistry

_ATTACHED_REPORTS = (
    layout.VERDICT,
    layout.EVIDENCE,
    layout.POLICY,
    layout.EVALUATION,
    layout.PARITY,
    layout.COMPARISON,
    layout.LATENCY,
    layout.MODEL_TESTS,
    layout.DATA_CHECK,
    layout.METRICS,
)

# a run rewrites these before it records; that is no change of the sources
_TRACKED_OUTPUTS = ("dvc.lock", layout.METRICS.parent.as_posix())


def store_address() -> StoreAddress:
    """Where runs and versions are, from MLFLOW_TRACKING_URI and the current folder."""
    return read_address(Path.cwd(), os.environ)


def exported_registry() -> ExportedRegistry | None:
    """What stands in for ledger and registry where this process is to ask neither."""
    folder = os.environ.get(STANDING_VARIABLE)
    return ExportedRegistry(Path(folder)) if folder else None


def judge_by_export(folder: Path) -> None:
    """Have this process and its children ask an exported standing in place of the registry.

    Raises:
        EvidenceError: it cannot be believed, or there is none; said now, and not after the training.
    """
    ExportedRegistry(folder).read(model_name())
    os.environ[STANDING_VARIABLE] = str(folder)


def registry() -> ModelRegistry:
    """The registry, asked only when its store changed since last time; or its export."""
    exported = exported_registry()
    if exported is not None:
        return exported
    address = store_address()
    memory = JsonMemory(layout.STATE / "registry.json")
    return RememberedRegistry(partial(_mlflow, address), partial(store_stamp, address), memory, _refresh_ledger)


def remembered_ledger() -> Ledger:
    """The ledger, asked only when its store changed since last time; or its export."""
    exported = exported_registry()
    if exported is not None:
        return exported
    address = store_address()
    memory = JsonMemory(layout.STATE / "ledger_answers.json")
    return RememberedLedger(partial(_mlflow_ledger, address), partial(_ledger_stamp, address), memory)


def _mlflow(address: StoreAddress) -> ModelRegistry:
    from modelratchet.adapters.mlflow.registry import MlflowRegistry

    return MlflowRegistry(address)


def _mlflow_ledger(address: StoreAddress) -> Ledger:
    from modelratchet.adapters.mlflow.ledger import MlflowLedger

    return MlflowLedger(address)


def _refresh_ledger(model: str) -> None:
    """Ask anew what the next run will ask, for a record has just changed the store's stamp."""
    ledger = remembered_ledger()
    ledger.read(model)
    ledger.projection(model)


def _ledger_stamp(address: StoreAddress, model: str) -> str:
    """Of the model, whose aliases are shown, and of the one that holds the events."""
    if address.database is not None:
        return store_stamp(address, model)
    stamps = [store_stamp(address, name) for name in (model, model + LEDGER_SUFFIX)]
    return UNKNOWN if UNKNOWN in stamps else digest_value(stamps)


def model_name() -> str:
    """The model that params.yaml describes, without checking all the rest of it when there is a name."""
    import yaml

    with layout.PARAMS.open("rb") as stream:
        data = yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    name = data.get("model") if isinstance(data, dict) else None
    if isinstance(name, str):
        return name
    from modelratchet.config.reading import load_params

    return load_params().model


def recorder() -> Recorder:
    """What `record_candidate` talks to."""
    return Recorder(
        registry=registry(),
        source_control=source_control(),
        datasets=ParquetDatasetReader(),
        settings=settings,
        tracking_uri=store_address().shown,
        addresses=MlflowAddresses(store_address()),
        overrides=override_on,
    )


def compose(verdict: Verdict, files: CandidateFiles, recorder: Recorder) -> CandidateRecord:
    """The candidate as it is recorded; statistics and pages are imported only for that."""
    from modelratchet.usecases.compose_candidate import compose_candidate

    return compose_candidate(verdict, files, recorder)


def override_on(verdict: Verdict) -> str:
    """Who forced the model that a verdict is about, and why, by the ledger."""
    ledger = remembered_ledger()

    def is_about(event: Event) -> bool:
        if event.bundle_digest == verdict.bundle_digest:
            return True
        forced = registry().version(verdict.model, event.version)
        return forced is not None and forced.model_digest == verdict.model_digest

    return override_of(fold(verdict.model, ledger.read(verdict.model)), is_about)


def source_control() -> GitSourceControl:
    """The project's repository, without what a run writes into it."""
    return GitSourceControl(Path.cwd(), _TRACKED_OUTPUTS)


def candidate_files() -> CandidateFiles:
    """The files of the layout. Pictures and reports keep their plain names, for MLflow's compare page pairs those."""
    pictures = sorted(layout.PICTURES.glob("*.png"))
    attachments = {path.name: path for path in (*_ATTACHED_REPORTS, *pictures)}
    return CandidateFiles(
        bundle=layout.BUNDLE,
        evidence=layout.EVIDENCE,
        policy=layout.POLICY,
        verdict=layout.VERDICT,
        reigning=layout.REIGNING,
        train=layout.TRAIN,
        holdout=layout.HOLDOUT,
        lock=layout.LOCK,
        attachments={**attachments, layout.DATA_DOCS.name: layout.DATA_DOCS},
        receipt=layout.RECEIPT,
    )


def settings() -> Mapping[str, object]:
    """All that params.yaml sets, as plain data."""
    from modelratchet.config.reading import load_params

    found: Mapping[str, object] = load_params().model_dump(mode="json")
    return found
