"""What recording a candidate left behind: where it is in the registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from modelratchet.core.formats import added


@dataclass(frozen=True)
class Receipt:
    """The run and the version that hold a verdict. `key` names the verdict of this workspace, so a second record finds the first.

    Where the same model was judged before, in the same standing, under the same policy and rules, nothing is recorded: then `verdict` and `evidence` are the
    recorded ones, as they were written, and stand in place of this workspace's. `bundle_digest` is of the bundle that the version holds, which may be another one of
    the same model than this workspace's.
    """

    FORMAT: ClassVar[str] = "modelratchet/receipt"
    VERSION: ClassVar[int] = 2

    key: str
    tracking_uri: str
    model: str
    version: str
    run_id: str
    experiment_id: str
    verdict: dict[str, Any] | None = added(2)
    evidence: dict[str, Any] | None = added(2)
    bundle_digest: str | None = added(2)
