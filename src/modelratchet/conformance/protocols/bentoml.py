"""BentoML's clients: `/schema.json` names the methods, their paths and their members; a call follows it.

Source: BentoML, "Call an API endpoint"; `bentoml.SyncHTTPClient`, which reads it so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelratchet.conformance.answers import from_records, same
from modelratchet.conformance.expectations import SAME, Expectation, Protocol, is_there, post_json
from modelratchet.conformance.results import Found
from modelratchet.conformance.subject import Subject

PATH = "/schema.json"
_METHOD = "predict"


def _method(subject: Subject) -> Any:
    routes = subject.endpoint.call("GET", PATH).document["routes"]
    return next(route for route in routes if route["name"] == _METHOD)


def _described(subject: Subject) -> Found:
    method = _method(subject)
    given, needed = list(method["input"]["properties"]), method["input"].get("required", [])
    return Found("rows" in given and set(needed) <= {"rows"}, f"{method['route']} takes {', '.join(given)}")


def _called(subject: Subject) -> Found:
    heard = post_json(subject, _method(subject)["route"], {"rows": list(subject.rows)})
    return same(from_records(heard.document["predictions"], subject.schema), subject.reference)


def _expectations(_subject: Subject) -> Sequence[Expectation]:
    return (
        Expectation(f"GET {PATH}", "a method `predict` that takes rows", _described),
        Expectation("POST to the path that it names", SAME, _called),
    )


PROTOCOL = Protocol("bentoml", lambda subject: is_there(subject, "GET", PATH), _expectations)
