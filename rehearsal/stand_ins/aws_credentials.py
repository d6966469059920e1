"""aws-actions/configure-aws-credentials: keys of a role for an hour, in exchange for the job's OIDC token.

Held to: needs `id-token: write`, a role and a region; hands AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION to the steps that follow.
The keys are those of the object store that the rehearsal runs (moto's), which asks for none in particular.

Source: README.md of aws-actions/configure-aws-credentials, "OIDC" and "Options".
"""

from __future__ import annotations

from rehearsal.stand_ins.step import ActionStep, RefusedError


def main(step: ActionStep) -> None:
    """Set the variables.

    Raises:
        RefusedError: no right to an OIDC token, no region, or the role is no ARN.
    """
    step.require(step.run["token"], id_token="write")  # noqa: S106 (name of a right)
    if not step.input("aws-region"):
        raise RefusedError("Input required and not supplied: aws-region")
    if not step.input("role-to-assume").startswith("arn:aws:iam::"):
        raise RefusedError("role-to-assume must be the ARN of a role")
    values = {"AWS_ACCESS_KEY_ID": "rehearsal", "AWS_SECRET_ACCESS_KEY": "rehearsal", "AWS_SESSION_TOKEN": "rehearsal"}
    for name, value in values.items():
        step.set_environment(name, value)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        step.set_environment(name, step.input("aws-region"))
