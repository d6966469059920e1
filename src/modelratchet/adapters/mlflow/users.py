"""The port `TeamUsers` on `mlflow server --app-name basic-auth`.

MLflow's own client for it imports the whole server, Flask and all; these are the same calls. A role of each kind holds the rights,
on all experiments and models: MLflow gives the right to a new one to its maker alone, and nobody else could go on with it.
"""

from __future__ import annotations

from typing import Any

from modelratchet.adapters.mlflow.address import StoreAddress, prepare_environment
from modelratchet.adapters.mlflow.errors import is_missing, translated
from modelratchet.errors import InputError
from modelratchet.usecases.ports.team import May

_WORKSPACE = "default"
_KINDS = ("experiment", "registered_model")
# MLflow lets go of a version or a run only with its highest right, and a lost reply leaves some to let go of
_ROLES = {May.READ: ("ratchet-read", "READ"), May.WRITE: ("ratchet-write", "MANAGE")}


class MlflowUsers:
    """Users and roles of a server. The caller's name and password are those of the environment."""

    def __init__(self, address: StoreAddress) -> None:
        """Take the server.

        Raises:
            InputError: it is no server.
        """
        if not address.is_server:
            raise InputError(
                f"{address.shown} is no server, and has no users", hint="Set MLFLOW_TRACKING_URI to the team's server."
            )
        self._address = address

    def exists(self, name: str) -> bool:
        """Whether there is such a user."""
        try:
            with translated(self._address, f"tell of the user {name!r}"):
                found = self._found(name)
        except InputError as error:
            if getattr(error.__cause__, "error_code", "") == "ENDPOINT_NOT_FOUND":
                raise InputError(
                    f"MLflow at {self._address.shown} has no users",
                    hint="Start it with `--app-name basic-auth`; docs/how-to/team-registry.md says how.",
                ) from error
            raise
        if found is not None and found["user"]["is_admin"]:
            raise InputError(
                f"{name!r} administers the server, and may do everything whatever its roles are",
                hint="Give CI and people names of their own.",
            )
        return found is not None

    def create(self, name: str, password: str) -> None:
        """Make a user."""
        with translated(self._address, f"make the user {name!r}"):
            _ask("POST", self._address, "/api/2.0/mlflow/users/create", username=name, password=password)

    def set_password(self, name: str, password: str) -> None:
        """Give a user another password."""
        with translated(self._address, f"change the password of {name!r}"):
            _ask("PATCH", self._address, "/api/2.0/mlflow/users/update-password", username=name, password=password)

    def allow(self, name: str, may: May) -> None:
        """Give the role that has this right, take the others away."""
        with translated(self._address, f"change what {name!r} may do"):
            roles = self._roles()
            held = {role["name"] for role in self._list("/api/3.0/mlflow/users/roles/list", "roles", username=name)}
            for right, (role, _) in _ROLES.items():
                if right is may and role not in held:
                    _ask("POST", self._address, "/api/3.0/mlflow/roles/assign", username=name, role_id=roles[role])
                elif right is not may and role in held:
                    _ask("DELETE", self._address, "/api/3.0/mlflow/roles/unassign", username=name, role_id=roles[role])

    def _found(self, name: str) -> dict[str, Any] | None:
        try:
            return _ask("GET", self._address, "/api/2.0/mlflow/users/get", username=name)
        except Exception as error:
            if is_missing(error):
                return None
            raise

    def _roles(self) -> dict[str, int]:
        """The number of each of our roles, made if need be, with the rights that it has to have."""
        found = {
            role["name"]: int(role["id"])
            for role in self._list("/api/3.0/mlflow/roles/list", "roles", workspace=_WORKSPACE)
        }
        for role, permission in _ROLES.values():
            if role not in found:
                made = _ask("POST", self._address, "/api/3.0/mlflow/roles/create", workspace=_WORKSPACE, name=role)
                found[role] = int(made["role"]["id"])
            held = self._list("/api/3.0/mlflow/roles/permissions/list", "role_permissions", role_id=str(found[role]))
            for kind in set(_KINDS) - {item["resource_type"] for item in held}:
                wanted = {"resource_type": kind, "resource_pattern": "*", "permission": permission}
                _ask("POST", self._address, "/api/3.0/mlflow/roles/permissions/add", role_id=found[role], **wanted)
        return found

    def _list(self, endpoint: str, key: str, **wanted: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = _ask("GET", self._address, endpoint, **wanted)[key]
        return listed


def _ask(method: str, address: StoreAddress, endpoint: str, **values: object) -> dict[str, Any]:
    prepare_environment()
    from mlflow.utils.credentials import get_default_host_creds
    from mlflow.utils.rest_utils import http_request, verify_rest_response

    sent = {"params": values} if method == "GET" else {"json": values}
    reply = http_request(get_default_host_creds(address.uri), endpoint, method, **sent)
    if reply.status_code == 204 or not reply.content:
        return {}
    answer: dict[str, Any] = verify_rest_response(reply, endpoint).json()
    return answer
