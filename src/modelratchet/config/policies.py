"""Turns the `gate` and `evaluate` blocks into the policy that the gate reads."""

from modelratchet.config.params import Params
from modelratchet.core.policy import Policy

ANCHOR_MARGINS = 1.5
"""The anchor's margin over the champion's, where params.yaml names none."""


def policy_of(params: Params) -> Policy:
    """The policy that these settings ask for."""
    settings = params.gate.model_dump()
    if settings["anchor_margin"] is None:
        settings["anchor_margin"] = ANCHOR_MARGINS * params.gate.margin
    return Policy(primary=params.evaluate.primary, **settings)
