"""The gate's rules: each looks at the evidence and the policy and returns its findings.

    check_data          every critical expectation held; warnings are passed on
    check_parity        the ONNX graph answers like the estimator
    check_floors        each floor metric's interval lies on the right side of its floor
    check_primary       not worse than the champion by more than the margin, or better, whichever is claimed; each guard not worse by its own
    check_anchor        not worse than the anchor by more than the anchor's margin
    check_slices        no slice is worse by more than its margin beyond doubt
    check_calibration, check_churn, check_group_gap
                        only where the policy sets a limit
    check_latency       no slower than the champion beyond doubt, and within the budgets
    check_model_tests   the data scientist's own tests

Missing evidence is inconclusive, never passed. An interval that lies on both sides of a limit is inconclusive
where the candidate has to prove something, and passes where harm has to be shown (slices, latency).
Without a champion its rules do not apply, and the floors decide.
"""

from modelratchet.core.rules.anchor import check_anchor
from modelratchet.core.rules.data import check_data
from modelratchet.core.rules.floors import check_floors
from modelratchet.core.rules.latency import check_latency
from modelratchet.core.rules.model_tests import check_model_tests
from modelratchet.core.rules.options import check_calibration, check_churn, check_group_gap
from modelratchet.core.rules.parity import check_parity
from modelratchet.core.rules.primary import check_primary
from modelratchet.core.rules.slices import check_slices

RULES_VERSION = 1
"""Rises when the same evidence and policy may get another decision, never for a text alone. A verdict names it; those of release 0.1 name none."""

RULES = (
    check_data,
    check_parity,
    check_floors,
    check_primary,
    check_anchor,
    check_slices,
    check_calibration,
    check_churn,
    check_group_gap,
    check_latency,
    check_model_tests,
)
