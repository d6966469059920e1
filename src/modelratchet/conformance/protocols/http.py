"""HTTP itself: request ids, versions, methods, kept connections, bodies in chunks and bodies that wait.

Source: RFC 9110, 9.1 (methods), 10.1.1 (Expect), 10.2.1 (Allow); RFC 9112, 7.1 (chunked), 9.3 (persistence).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from modelratchet.conformance.answers import from_records, same
from modelratchet.conformance.endpoint import Heard
from modelratchet.conformance.expectations import JSON, SAME, Expectation, Protocol, is_there
from modelratchet.conformance.protocols.plain import PATH
from modelratchet.conformance.results import Found
from modelratchet.conformance.subject import Subject

_HEADERS = {"content-type": JSON}
_ID, _VERSION = "x-request-id", "x-model-version"


def _body(subject: Subject) -> bytes:
    return json.dumps({"rows": list(subject.rows)}).encode()


def _as_reference(heard: Heard, subject: Subject) -> Found:
    if heard.status != 200:
        return Found(is_right=False, said=heard.said)
    return same(from_records(heard.document["predictions"], subject.schema), subject.reference)


def _own_id(subject: Subject) -> Found:
    heard = subject.endpoint.call("POST", PATH, _body(subject), {**_HEADERS, _ID: "order-7.1"})
    return Found(heard.headers.get(_ID) == "order-7.1", f"{_ID}: {heard.headers.get(_ID)}")


def _made_ids(subject: Subject) -> Found:
    strange = subject.endpoint.call("POST", PATH, _body(subject), {**_HEADERS, _ID: "a b<c>"})
    without = subject.endpoint.call("POST", PATH, _body(subject), _HEADERS)
    found = [heard.headers.get(_ID, "") for heard in (strange, without)]
    return Found(all(found) and found[0] not in ("a b<c>", found[1]), f"{_ID}: {' and '.join(found)}")


def _version(subject: Subject) -> Found:
    answers = [
        subject.endpoint.call("POST", PATH, _body(subject), _HEADERS),
        subject.endpoint.call("POST", PATH, b"{", _HEADERS),
        subject.endpoint.call("GET", "/livez"),
    ]
    found = {heard.headers.get(_VERSION, "") for heard in answers}
    is_right = len(found) == 1 and "" not in found and found <= {subject.version or next(iter(found))}
    return Found(is_right, f"{_VERSION}: {' and '.join(sorted(found))}")


def _kept(subject: Subject) -> Found:
    try:
        answers = subject.endpoint.call_twice_on_one_connection("POST", PATH, _body(subject), _HEADERS)
    except ConnectionResetError as error:
        return Found(is_right=False, said=str(error))
    return _as_reference(answers[1], subject)


def _kept_after_fault(subject: Subject) -> Found:
    try:
        answers = subject.endpoint.call_twice_on_one_connection("POST", PATH, b"{", _HEADERS)
    except ConnectionResetError as error:
        return Found(is_right=False, said=str(error))
    return Found(all(400 <= heard.status < 500 for heard in answers), answers[1].said)


def _chunked(subject: Subject) -> Found:
    body = _body(subject)
    parts = [body[start : start + 50] for start in range(0, len(body), 50)]
    return _as_reference(subject.endpoint.call("POST", PATH, parts, _HEADERS), subject)


def _continued(subject: Subject) -> Found:
    said_continue, heard = subject.endpoint.call_when_told_to_continue(PATH, _body(subject), _HEADERS)
    if not said_continue:
        return Found(is_right=False, said=f"no 100 before the body; then {heard.status}")
    return _as_reference(heard, subject)


def _head(subject: Subject) -> Found:
    get, head = (subject.endpoint.call(method, "/livez") for method in ("GET", "HEAD"))
    is_right = head.status == get.status == 200 and not head.body
    return Found(is_right, f"{head.status}, body of {len(head.body)} bytes")


def _allow(method: str, status: int) -> Expectation:
    def ask(subject: Subject) -> Found:
        heard = subject.endpoint.call(method, PATH)
        allowed = heard.headers.get("allow", "")
        return Found(heard.status == status and "POST" in allowed, f"{heard.status}, Allow: {allowed}")

    return Expectation(f"{method} {PATH}", f"{status} with Allow: POST", ask)


def _unknown(subject: Subject) -> Found:
    heard = subject.endpoint.call("GET", "/no-such-path")
    return Found(heard.status == 404, heard.said)


def _expectations(_subject: Subject) -> Sequence[Expectation]:
    return (
        Expectation(f"{_ID} given", "kept", _own_id),
        Expectation(f"{_ID} strange or not given", "one is made", _made_ids),
        Expectation(_VERSION, "on every answer, refusals too", _version),
        Expectation("a connection that is kept", SAME, _kept),
        Expectation("a connection after a refusal", "kept", _kept_after_fault),
        Expectation("a body in chunks", SAME, _chunked),
        Expectation("Expect: 100-continue", f"100, then {SAME}", _continued),
        Expectation("HEAD /livez", "as GET, without a body", _head),
        _allow("OPTIONS", 200),
        _allow("PUT", 405),
        Expectation("GET /no-such-path", "404", _unknown),
    )


PROTOCOL = Protocol("http", lambda subject: is_there(subject, "POST", PATH), _expectations)
