"""Whether the bytes that will be served answer like the model that was trained."""

from __future__ import annotations

from collections.abc import Iterator

from modelratchet.core.evidence import Evidence
from modelratchet.core.policy import Policy
from modelratchet.core.rules.answers import missing
from modelratchet.core.verdict import Finding, Outcome


def check_parity(evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    """Hold changed labels and scores beyond the tolerance against their limits."""
    parity = evidence.parity
    if parity is None:
        yield missing("parity", "parity check")
        return
    share = max((part.share_over_tolerance for part in parity.parts), default=0.0)
    n_rows = sum(part.n_rows for part in parity.parts)
    numbers = {
        "changed_labels": float(parity.changed_labels),
        "maximum_changed_labels": float(policy.maximum_changed_labels),
        "share_over_tolerance": share,
        "maximum_share": policy.maximum_parity_share,
        "largest_difference": parity.largest_difference,
    }
    if n_rows == 0:
        yield Finding("parity", "onnx", Outcome.INCONCLUSIVE, "estimator and ONNX were compared on no rows", numbers)
        return
    is_exact = parity.changed_labels <= policy.maximum_changed_labels and share <= policy.maximum_parity_share
    message = (
        f"{parity.changed_labels} changed labels on {n_rows:,} rows, largest difference {parity.largest_difference:.1e}"
    )
    yield Finding("parity", "onnx", Outcome.PASSED if is_exact else Outcome.FAILED, message, numbers)
