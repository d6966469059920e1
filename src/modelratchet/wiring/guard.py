"""Refuses faulty settings before any stage works with them. `ratchet run` calls it, and `watch_source`, so a bare `dvc repro` is held by it too.

A stage reads its own blocks alone, so a fault in another block, or between two, is found here or nowhere. Settings that passed are not parsed again
until they change, or the code that checks them: what runs each time loads no pydantic.
"""

from __future__ import annotations

from contextlib import suppress

from modelratchet.config import layout
from modelratchet.core.digests import digest_bytes, digest_value
from modelratchet.errors import ConfigError, EvidenceError, StorageError
from modelratchet.storage.code_listing import module_file, read_listing
from modelratchet.storage.files import write_bytes

SETTINGS = "settings"
"""The entry of `pipeline/sources.json` for the modules that read and check settings. It is no stage."""
_CHECKED = layout.STATE / "params.checked"


def check_release() -> None:
    """Refuse a project folder whose stages are those of release 0.1.

    Raises:
        InputError: with what to take over.
    """
    with suppress(EvidenceError):  # whoever needs the list says what is wrong with it
        read_listing(layout.SOURCES)


def check_params() -> None:
    """Refuse to start on faulty settings.

    Raises:
        ConfigError: with every fault.
        InputError: the stages are those of release 0.1; see `check_release`.
    """
    try:
        found = digest_bytes(layout.PARAMS.read_bytes())
    except FileNotFoundError as error:
        raise ConfigError(
            str(layout.PARAMS), ["it is not there"], hint="Run this in the project's root folder."
        ) from error
    stamp = _stamp(found)
    if stamp and _kept_stamp() == stamp.encode():
        return
    from modelratchet.config.reading import load_params

    load_params()
    with suppress(StorageError):  # a full disk must not fail a stage for what only saves time
        write_bytes(_CHECKED, stamp.encode())


def _kept_stamp() -> bytes:
    try:
        return _CHECKED.read_bytes()
    except OSError:  # lost, or something else is in its place: they are checked again
        return b""


def _stamp(params: str) -> str:
    """Of the settings and of all that checks them, by bytes; empty where nobody knows what that is, and then it is checked each time."""
    try:
        modules = read_listing(layout.SOURCES)[SETTINGS].modules
        return digest_value([params, {name: digest_bytes(module_file(name).read_bytes()) for name in modules}])
    except (EvidenceError, KeyError):
        return ""
