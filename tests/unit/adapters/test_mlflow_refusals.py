"""A server that does not know a user, or does not let it: told apart, with what to do, and never with the password."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.errors import translate
from modelratchet.errors import InputError, TrackingError

ADDRESS = StoreAddress("https://mlflow.example.com", None, "")


def refused(code: str, said: str = "Permission denied") -> Exception:
    error = RuntimeError(said)
    error.error_code = code  # type: ignore[attr-defined]
    return error


def of_a_file(status: int) -> Exception:
    error = RuntimeError(f"{status} Client Error")
    error.response = SimpleNamespace(status_code=status)  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("user", "password", "found"),
    [
        ("", "", "MLFLOW_TRACKING_USERNAME is not set"),
        ("ci", "", "does not let 'ci' in: MLFLOW_TRACKING_PASSWORD is not set"),
        ("ci", "a secret", "does not let 'ci' in: MLFLOW_TRACKING_PASSWORD is wrong"),
    ],
)
@pytest.mark.parametrize("error", [refused("UNAUTHENTICATED"), of_a_file(401)], ids=["call", "file"])
def test_unknown_user_is_told_which_variable(
    error: Exception, user: str, password: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", user)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", password)

    said = translate(error, ADDRESS, "record it")

    assert isinstance(said, InputError)
    assert found in said.message
    assert "a secret" not in said.message + said.hint


@pytest.mark.parametrize("error", [refused("PERMISSION_DENIED"), of_a_file(403)], ids=["call", "file"])
def test_user_who_may_not_is_told_whom_to_ask(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "reader")

    said = translate(error, ADDRESS, "record it")

    assert isinstance(said, InputError)
    assert "does not let the user 'reader' record it" in said.message
    assert "ratchet registry user" in said.hint


def test_wrong_name_of_the_server_is_no_matter_of_rights() -> None:
    said = translate(refused("PERMISSION_DENIED", "Invalid Host header - possible DNS rebinding"), ADDRESS, "record it")

    assert "--allowed-hosts" in said.hint


def test_other_failure_of_a_file_may_be_tried_again() -> None:
    assert isinstance(translate(of_a_file(503), ADDRESS, "record it"), TrackingError)
