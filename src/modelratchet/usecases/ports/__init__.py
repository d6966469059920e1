"""What the use cases need from the outside, each with one fake and at least one adapter of the same name.

Adapters translate their vendor's errors: what may succeed on a retry becomes an `OutsideError`, what cannot be
trusted an `EvidenceError`. The ports are grouped by what they are about; all of them are named here.
"""

from modelratchet.usecases.ports.pipeline import (
    ModelTester,
    PipelineRunner,
    RunRequest,
    StageEvent,
    StageKept,
    StageSaid,
    StageStarted,
)
from modelratchet.usecases.ports.promotions import (
    Certificates,
    Ledger,
    Projection,
    SignatureVerifier,
    Signer,
    signature_path,
)
from modelratchet.usecases.ports.registry import (
    CandidateRecord,
    ModelRegistry,
    RecordedRun,
    RegisteredVersion,
    RunAddresses,
    RunFiles,
    RunPages,
    RunPlace,
)
from modelratchet.usecases.ports.rows import DataChecker, DatasetReader, RowSource, RunDataset, SourceRows
from modelratchet.usecases.ports.serving import (
    BillWriter,
    Distribution,
    Goods,
    Image,
    ImageBuilder,
    Layer,
    ModelServer,
    Packaged,
    Packager,
    Rows,
    ServedModel,
    Shipment,
)
from modelratchet.usecases.ports.sources import Checkouts, Memory, Revision, SourceControl

__all__ = [
    "BillWriter",
    "CandidateRecord",
    "Certificates",
    "Checkouts",
    "DataChecker",
    "DatasetReader",
    "Distribution",
    "Goods",
    "Image",
    "ImageBuilder",
    "Layer",
    "Ledger",
    "Memory",
    "ModelRegistry",
    "ModelServer",
    "ModelTester",
    "Packaged",
    "Packager",
    "PipelineRunner",
    "Projection",
    "RecordedRun",
    "RegisteredVersion",
    "Revision",
    "RowSource",
    "Rows",
    "RunAddresses",
    "RunDataset",
    "RunFiles",
    "RunPages",
    "RunPlace",
    "RunRequest",
    "ServedModel",
    "Shipment",
    "SignatureVerifier",
    "Signer",
    "SourceControl",
    "SourceRows",
    "StageEvent",
    "StageKept",
    "StageSaid",
    "StageStarted",
    "signature_path",
]
