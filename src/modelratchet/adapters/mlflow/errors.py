"""MLflow's errors as ours: what may succeed on a retry, what has to be mended first, what cannot be trusted.

Used around every call into MLflow. The classes of MLflow are told apart by their error code.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.refusals import refusal
from modelratchet.errors import (
    ConfigError,
    EvidenceError,
    InputError,
    RatchetError,
    StorageError,
    TrackingError,
    UnreachableError,
)

HINT = "Nothing that was trained is lost: run the same command again when it answers."

_REFUSED = {"INVALID_PARAMETER_VALUE", "ENDPOINT_NOT_FOUND", "FEATURE_DISABLED"}
# SQLite's words, and the system's where a server or a library passes on no more than text
_NO_SPACE = ("database or disk is full", "No space left on device")
# the system's words: MLflow passes on no more than text
_REFUSED_CONNECTION = "Connection refused"
_RACES = 4
_SHOWN_CHARACTERS = 300


@contextmanager
def translated(address: StoreAddress, doing: str) -> Iterator[None]:
    """Turn whatever MLflow raises in the block into an error of ours.

    Args:
        address: the store, for the message.
        doing: what was tried, as in "could not {doing}".

    Raises:
        UnreachableError: nothing listens at its address.
        TrackingError: the store is slow, busy, or answered with a fault of its own.
        StorageError: the disk is full.
        InputError: the store refused the request, and would again; or it does not know the user, or does not let it do this.
        EvidenceError: the answer makes no sense.
    """
    try:
        yield
    except RatchetError:
        raise
    except Exception as error:  # the vendor raises from four libraries; all of them end here
        raise translate(error, address, doing) from error


def is_missing(error: Exception) -> bool:
    """Whether MLflow says that what was asked for is not there."""
    return getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST"


def is_taken(error: Exception) -> bool:
    """Whether MLflow says that what was to be made is there already; also its form for two first writers at once."""
    return getattr(error, "error_code", "") == "RESOURCE_ALREADY_EXISTS" or "unique constraint" in str(error).lower()


def is_unreachable(error: BaseException) -> bool:
    """Whether nothing listens at the server's address; the client has then tried as often as it may."""
    return _errno(error) == errno.ECONNREFUSED or _REFUSED_CONNECTION in str(error)


def insisting(call: Callable[[], object]) -> None:
    """Call again where MLflow lost a race with another writer: it says so with a 400, which its client does not retry.

    Where it gives up on a version's number, after three tries of its own, nothing was stored either.
    """
    for _ in range(_RACES):
        try:
            call()
            return
        except Exception as error:
            if not (is_taken(error) or "Giving up after" in str(error)):
                raise
    call()


def translate(error: Exception, address: StoreAddress, doing: str) -> RatchetError:
    """Choose our error for one of the vendor's."""
    return refusal(error, address, doing) or _failure(error, address, doing)


def _failure(error: Exception, address: StoreAddress, doing: str) -> RatchetError:
    said = " ".join(str(error).split())[:_SHOWN_CHARACTERS]
    message = f"MLflow at {address.shown} could not {doing}: {said}"
    if "out-of-date database schema" in said:
        hint = f"Back it up, then run `mlflow db upgrade {address.shown}` once."
        return ConfigError(
            "MLFLOW_TRACKING_URI",
            [f"the store {address.shown} was made by another release of MLflow: {said}"],
            hint=hint,
        )
    if _errno(error) == errno.ENOSPC or any(words in str(error) for words in _NO_SPACE):
        return StorageError(message, hint="Free some space, then run the same command again.")
    code = getattr(error, "error_code", "")
    if code in _REFUSED and not is_taken(error):
        return InputError(message, hint="Check the address, the credentials and the names in params.yaml.")
    if isinstance(error, (TypeError, KeyError, ValueError, AttributeError)):
        return EvidenceError(message, hint="Is that an MLflow server, of a release near 3.17?")
    if is_unreachable(error):
        # what the libraries say of it is a page of retries, and the reason stands at its end
        return UnreachableError(f"MLflow at {address.shown} could not {doing}: nothing listens there", hint=HINT)
    return TrackingError(message, hint=HINT)


def _errno(error: BaseException | None) -> int | None:
    while error is not None:
        if isinstance(error, OSError) and error.errno is not None:
            return error.errno
        error = error.__cause__ or error.__context__
    return None
