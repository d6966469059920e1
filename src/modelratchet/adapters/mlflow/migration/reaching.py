"""The errors of a database and an object store as ours. Used around every call that leaves this machine's memory."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from modelratchet.errors import InputError, RatchetError, StorageError, TrackingError, UnreachableError

AGAIN = "Run the same command again when it answers: it goes on from there."
_SHOWN_CHARACTERS = 300
_FULL = ("No space left on device", "could not extend file", "database or disk is full", "disk full")
_GONE = ("Connection refused", "could not connect", "Could not connect", "Connect timeout", "could not translate host")
_REFUSED = (
    "password authentication failed", "no password supplied", "does not exist", "permission denied",
    "NoSuchBucket", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Unable to locate credentials",
    "Could not find a registered artifact repository", "Invalid bucket name",
)  # fmt: skip


@contextmanager
def reaching(place: str, doing: str) -> Iterator[None]:
    """Turn whatever a database or an object store raises in the block into an error of ours.

    Args:
        place: its address, without a password.
        doing: what was tried, as in "could not {doing}".

    Raises:
        UnreachableError: nothing listens there.
        InputError: it does not know the name, the password, the database or the bucket, or does not allow it.
        StorageError: a disk is full.
        TrackingError: it failed in some other way.
    """
    try:
        yield
    except RatchetError:
        raise
    except Exception as error:  # drivers of two kinds, and of any object store
        raise _translated(error, f"{place} could not {doing}") from error


def _translated(error: Exception, message: str) -> RatchetError:
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    shown = f"{message}: {said[:_SHOWN_CHARACTERS]}"
    if getattr(error, "errno", None) == errno.ENOSPC or any(words in said for words in _FULL):
        return StorageError(shown, hint="Free some space, then run the same command again: it goes on from there.")
    if any(words in said for words in _REFUSED):
        hint = "Check the address, and the credentials: PGPASSWORD or ~/.pgpass for a database, AWS_* for an S3 store."
        return InputError(shown, hint=hint)
    if any(words in said for words in _GONE):
        return UnreachableError(f"{message}: nothing listens there", hint=AGAIN)
    return TrackingError(shown, hint=AGAIN)
