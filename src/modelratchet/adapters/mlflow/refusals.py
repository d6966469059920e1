"""A server with users that does not know one, or lets one not do something: told apart, and what to do. Called by `errors`."""

from __future__ import annotations

import os

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.errors import InputError

USER_VARIABLE = "MLFLOW_TRACKING_USERNAME"
PASSWORD_VARIABLE = "MLFLOW_TRACKING_PASSWORD"  # noqa: S105 - a variable's name
_CODES = {"UNAUTHENTICATED": 401, "CUSTOMER_UNAUTHORIZED": 401, "PERMISSION_DENIED": 403}
_WRONG_HOST = "Invalid Host header"


def status_of(error: Exception) -> int | None:
    """The HTTP status of a refusal, from MLflow's code or from the reply: files come and go without MLflow's codes."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    found = _CODES.get(getattr(error, "error_code", "")) or status
    return found if found in (401, 403) else None


def is_forbidden(error: Exception) -> bool:
    """Whether the server knows the user, and does not let it do this."""
    return status_of(error) == 403


def refusal(error: Exception, address: StoreAddress, doing: str) -> InputError | None:
    """What to say of a refusal; None for any other error. Trying again helps nobody, so it is the settings that are at fault."""
    status = status_of(error)
    user = os.environ.get(USER_VARIABLE, "")
    if status == 401:
        return _unknown(address, user)
    if status == 403 and _WRONG_HOST in str(error):
        return InputError(
            f"MLflow at {address.shown} does not answer to that name",
            hint="It has to be started with the name among its --allowed-hosts; or use the name that it was started with.",
        )
    if status == 403:
        who = f"the user {user!r}" if user else "you"
        return InputError(
            f"MLflow at {address.shown} does not let {who} {doing}",
            hint="Who administers the server can allow it: `ratchet registry user NAME --may write`.",
        )
    return None


def _unknown(address: StoreAddress, user: str) -> InputError:
    hint = f"Set {USER_VARIABLE} and {PASSWORD_VARIABLE} to what the server's administrator gave you."
    if not user:
        return InputError(f"MLflow at {address.shown} asks who you are, and {USER_VARIABLE} is not set", hint=hint)
    found = "is wrong, or there is no such user" if os.environ.get(PASSWORD_VARIABLE) else "is not set"
    return InputError(f"MLflow at {address.shown} does not let {user!r} in: {PASSWORD_VARIABLE} {found}", hint=hint)
