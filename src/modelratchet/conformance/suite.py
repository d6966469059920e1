"""Asks a server everything, in the order of the table. Called by `ratchet conformance` and by tests."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from modelratchet.conformance.answers import Scored
from modelratchet.conformance.endpoint import Endpoint
from modelratchet.conformance.expectations import Expectation, Protocol
from modelratchet.conformance.protocols import PROTOCOLS
from modelratchet.conformance.results import CheckResult, Outcome
from modelratchet.conformance.rows import probe_rows
from modelratchet.conformance.subject import Subject, VertexRoutes, described
from modelratchet.errors import InputError

NAMES = tuple(protocol.name for protocol in PROTOCOLS)

# what reading a stranger's answer may raise: it has another shape, or does not come at all
_UNREADABLE = (OSError, http.client.HTTPException, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


def subject_of(endpoint: Endpoint, schema_file: Path | None = None, vertex: VertexRoutes | None = None) -> Subject:
    """A server with what has to be known of it.

    Raises:
        EndpointError: nobody answers.
        InputError: it does not say what it takes, and neither does a file.
        EvidenceError: what says so is no schema.
    """
    schema, name, version, limits = described(endpoint, schema_file)
    subject = Subject(endpoint, schema, name, version, limits, probe_rows(schema), vertex or VertexRoutes())
    return replace(subject, reference=_reference(subject))


def run(subject: Subject, names: Sequence[str] = ()) -> Iterator[CheckResult]:
    """Every check of every protocol, or of the named ones, which then have to be offered.

    Raises:
        EndpointError: the server went away.
        InputError: there is no protocol of that name.
    """
    unknown = set(names) - set(NAMES)
    if unknown:
        raise InputError(f"found no protocol {', '.join(sorted(unknown))}, expected some of {', '.join(NAMES)}")
    for protocol in PROTOCOLS:
        if names and protocol.name not in names:
            continue
        if _is_offered(protocol, subject):
            yield from (_result(protocol, expectation, subject) for expectation in protocol.expectations(subject))
        else:
            outcome = Outcome.FAILED if names else Outcome.NOT_OFFERED
            yield CheckResult(protocol.name, "all", "offered" if names else "", "nothing is served there", outcome)


def _is_offered(protocol: Protocol, subject: Subject) -> bool:
    """Whether the server speaks it. One that breaks at the question does, and then fails each check with its reason."""
    try:
        return protocol.is_offered(subject)
    except _UNREADABLE:
        subject.endpoint.close()
        return True


def _result(protocol: Protocol, expectation: Expectation, subject: Subject) -> CheckResult:
    try:
        is_right, said = expectation.ask(subject)
    except _UNREADABLE as error:
        subject.endpoint.close()  # a connection on which an answer went wrong may hold the rest of it
        is_right, said = False, f"{type(error).__name__}: {error}"
    outcome = Outcome.PASSED if is_right else Outcome.FAILED
    return CheckResult(protocol.name, expectation.check, expectation.expected, said, outcome)


def _reference(subject: Subject) -> Sequence[Scored]:
    """The first protocol's answers to the probe rows; all others are held against them."""
    for protocol in PROTOCOLS:
        if protocol.score is not None:
            try:
                if found := protocol.score(subject, subject.rows):
                    return found
            except _UNREADABLE:
                subject.endpoint.close()
    return ()
