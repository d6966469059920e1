"""What recording a candidate left behind: where it is in the registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Receipt:
    """The run and the version that hold a verdict. `key` names the verdict, so a second record finds the first."""

    FORMAT: ClassVar[str] = "modelratchet/receipt"
    VERSION: ClassVar[int] = 1

    key: str
    tracking_uri: str
    model: str
    version: str
    run_id: str
    experiment_id: str
