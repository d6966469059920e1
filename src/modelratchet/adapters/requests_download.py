"""Fetches a file by http(s) into a local one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit, urlunsplit

import requests

from modelratchet.errors import InputError, OutsideError
from modelratchet.storage.files import replacing
from modelratchet.storage.sources import SourceFile

TIMEOUT_S = (5.0, 60.0)
_CHUNK = 1 << 20
_TRY_AGAIN = {408, 425, 429}


def is_address(path: str) -> bool:
    """Whether a path in `params.yaml` is an http(s) address."""
    return path.lower().startswith(("http://", "https://"))


def download(address: str, folder: Path) -> SourceFile:
    """Fetch a file; it appears in `folder` whole or not at all.

    Raises:
        InputError: the server says that there is no such file, or that we may not have it.
        OutsideError: the server cannot be reached, answers with a fault of its own, or breaks off.
        StorageError: the disk is full.
    """
    shown = _without_secrets(address)
    suffixes = "".join(PurePosixPath(urlsplit(address).path).suffixes[-2:])
    target = folder / (hashlib.sha256(address.encode()).hexdigest()[:16] + suffixes)
    # requests' errors are OSErrors too: told apart inside, or a broken line would pass for a full disk
    with replacing(target) as temporary, temporary.open("wb") as stream:
        for chunk in _chunks(address, shown):
            stream.write(chunk)
    return SourceFile(target, shown)


def _chunks(address: str, shown: str) -> Iterator[bytes]:
    hint = "Look whether the address answers, then run the same command again."
    try:
        with requests.get(address, stream=True, timeout=TIMEOUT_S) as response:
            _check(response, shown)
            yield from response.iter_content(_CHUNK)
    except requests.exceptions.InvalidURL as error:
        raise InputError(f"{shown} is no address that can be asked", hint="Mend ingest.path in params.yaml.") from error
    except requests.Timeout as error:
        raise OutsideError(f"{shown} did not answer in time", hint=hint) from error
    except requests.RequestException as error:
        raise OutsideError(f"{shown} cannot be fetched: {_reason(error)}", hint=hint) from error


def _check(response: requests.Response, shown: str) -> None:
    status = f"{shown} answered {response.status_code} {response.reason}"
    if response.status_code >= 500 or response.status_code in _TRY_AGAIN:
        raise OutsideError(status, hint="Run the same command again later.")
    if response.status_code != requests.codes.ok:
        raise InputError(f"{status}, expected 200 OK", hint="Mend ingest.path in params.yaml.")


def _reason(error: requests.RequestException) -> str:
    """The innermost cause in few words; urllib3 repeats the whole address, secrets and all."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return f"{cause.strerror}" if isinstance(cause, OSError) and cause.strerror else type(cause).__name__


def _without_secrets(address: str) -> str:
    """The address without user, password and query, for messages."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
