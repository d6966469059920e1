"""actions/create-github-app-token: a token of the project's own app, whose deeds start workflows, which GITHUB_TOKEN's do not.

Held to: client id and private key are needed; the token has the rights that are asked for and no others; it is handed out as output `token`.

Source: README.md of actions/create-github-app-token, "Inputs" and "Outputs".
"""

from __future__ import annotations

import secrets

from rehearsal.hub import write_document
from rehearsal.stand_ins import STAND_INS
from rehearsal.stand_ins.step import ActionStep, RefusedError

_PREFIX = "permission-"


def main(step: ActionStep) -> None:
    """Make a token.

    Raises:
        RefusedError: there is no client id or no private key.
    """
    if not (step.input("client-id") or step.input("app-id")) or "PRIVATE KEY" not in step.input("private-key"):
        raise RefusedError("client-id (or app-id) and private-key in PEM form are required")
    asked = {name.removeprefix(_PREFIX): step.input(name) for name in _permission_inputs()}
    rights = {"metadata": "read", **{name: right for name, right in asked.items() if right}}
    token = f"ghs_app_{secrets.token_hex(16)}"
    write_document(step.hub.folder / "app_tokens.json", {**step.hub.app_tokens(), token: rights})
    print(f"::add-mask::{token}")
    step.output(token=token, app_slug="ratchet-app")


def _permission_inputs() -> list[str]:
    mine = next(each for each in STAND_INS if each.module == "app_token")
    return [name for name in mine.inputs if name.startswith(_PREFIX)]
