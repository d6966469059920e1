"""What each written format consists of, by version, in `tests/golden/formats.json`.

`python -m tests.format_shapes` adds what is new, after a format's VERSION was raised; what is there already is never changed.
"""

from __future__ import annotations

import json
import types
import typing
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from modelratchet.core.certificate import Certificate
from modelratchet.core.comparison import Comparison
from modelratchet.core.data_check import DataCheck
from modelratchet.core.evaluation import Evaluation
from modelratchet.core.evidence import Evidence
from modelratchet.core.exported_standing import ExportedStanding
from modelratchet.core.image_statements import ImageRecord
from modelratchet.core.latency import LatencyReport
from modelratchet.core.ledger import Event
from modelratchet.core.manifest import Manifest
from modelratchet.core.model_tests import ModelTests
from modelratchet.core.page.model import Page
from modelratchet.core.parity import Parity
from modelratchet.core.policy import Policy
from modelratchet.core.receipt import Receipt
from modelratchet.core.run_facts import RunFacts
from modelratchet.core.schema import Schema
from modelratchet.core.standing import Standing
from modelratchet.core.verdict import Verdict
from modelratchet.serving.settings import Deployment
from modelratchet.storage.settings_move import MoveRecord

WRITTEN = (
    Certificate, Comparison, DataCheck, Deployment, Evaluation, Event, Evidence, ExportedStanding, ImageRecord, LatencyReport,
    Manifest, ModelTests, MoveRecord, Page, Parity, Policy, Receipt, RunFacts, Schema, Standing, Verdict,
)  # fmt: skip
GOLDEN = Path(__file__).parent / "golden" / "formats.json"


def shape_of(kind: Any) -> Any:
    """A type in plain data: fields by name, enums by their values, all else by its name."""
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return {field.name: shape_of(hints[field.name]) for field in fields(kind)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [member.value for member in kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return {"one of": [shape_of(item) for item in arguments]}
    if origin is typing.Literal:
        return list(arguments)
    if origin is not None:
        return {origin.__name__: [shape_of(item) for item in arguments if item is not Ellipsis]}
    return getattr(kind, "__name__", str(kind))


def golden() -> dict[str, dict[str, Any]]:
    """Shapes by format and version, as they were written down."""
    found: dict[str, dict[str, Any]] = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    return found


if __name__ == "__main__":
    kept = golden()
    for record in WRITTEN:
        kept.setdefault(record.FORMAT, {}).setdefault(str(record.VERSION), shape_of(record))
    GOLDEN.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
