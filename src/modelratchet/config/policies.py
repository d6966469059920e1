"""Turns the `gate` and `evaluate` blocks into the policy that the gate reads."""

from modelratchet.config.params import Params
from modelratchet.core.policy import Policy


def policy_of(params: Params) -> Policy:
    """The policy that these settings ask for."""
    return Policy(primary=params.evaluate.primary, **params.gate.model_dump())
