"""Times as they are written: UTC, ISO 8601 with seconds and `Z`. One form, so that equal times are equal text."""

from __future__ import annotations

from datetime import UTC, datetime

from modelratchet.errors import EvidenceError

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def write_moment(moment: datetime) -> str:
    """A UTC-aware time as text; fractions of a second are cut off.

    >>> write_moment(datetime(2026, 11, 24, 7, 5, 9, 999, tzinfo=UTC))
    '2026-11-24T07:05:09Z'
    """
    return moment.astimezone(UTC).strftime(_FORM)


def read_moment(text: str) -> datetime:
    """The time that `write_moment` wrote.

    Raises:
        EvidenceError: it is of another form, be it only a zero that is missing: times are compared as text, too.
    """
    try:
        moment = datetime.strptime(text, _FORM).replace(tzinfo=UTC)
    except ValueError as error:
        raise _of_another_form(text) from error
    if write_moment(moment) != text:
        raise _of_another_form(text)
    return moment


def _of_another_form(text: str) -> EvidenceError:
    return EvidenceError(f"found the time {text!r}, expected the form 2026-11-24T07:05:09Z")
