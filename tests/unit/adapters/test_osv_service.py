"""OSV's service, spoken by a server of the test's own; OSV itself is asked by nobody here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modelratchet.adapters.osv_advisories import OsvService
from modelratchet.core.advisories import Advisory
from modelratchet.errors import OutsideError
from modelratchet.usecases.ports.publishing import Advisories
from modelratchet.usecases.ports.serving import Distribution
from tests.samples.in_thread import answering

# the facts of PYSEC-2021-66
RECORD = {
    "id": "PYSEC-2021-66",
    "details": "The pattern that finds punctuation is slow on some texts.",
    "aliases": ["CVE-2020-28493"],
    "affected": [
        {
            "package": {"name": "jinja2", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.11.3"}]}],
        }
    ],
}
FOUND = Advisory("PYSEC-2021-66", ("CVE-2020-28493",), "jinja2", "2.11.2", str(RECORD["details"]), ("2.11.3",))
JINJA2 = Distribution("pypi", "Jinja2", "2.11.2")


class Service:
    """Gives its pages one after the other, and remembers what it was asked."""

    def __init__(self, *pages: object, status: int = 200, rest_s: int = 0) -> None:
        self.pages, self.status, self.rest_s = list(pages), status, rest_s
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        self.asked.append(json.loads(message["body"]))
        body = json.dumps(self.pages[min(len(self.asked), len(self.pages)) - 1]).encode()
        headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
        headers += [(b"retry-after", str(self.rest_s).encode())] if self.rest_s else []
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def asked(service: Service, *packages: Distribution) -> Advisories:
    with answering(service) as address:
        return OsvService(f"{address}/v1/query").of(packages)


def test_vulnerabilities_of_a_version_are_told() -> None:
    service = Service({"vulns": [RECORD]})

    assert asked(service, JINJA2).found == (FOUND,)
    assert service.asked == [{"version": "2.11.2", "package": {"name": "jinja2", "ecosystem": "PyPI"}}]


def test_service_that_wants_a_long_rest_is_not_waited_for() -> None:
    service = Service({}, status=503, rest_s=3600)
    slept: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("urllib3.util.retry.time.sleep", slept.append)
        with pytest.raises(OutsideError, match="does not tell of jinja2"):
            asked(service, JINJA2)

    assert slept != []
    assert max(slept) <= 30


def test_builds_of_a_version_are_asked_for_by_the_version() -> None:
    service = Service({"vulns": [RECORD]})

    assert len(asked(service, Distribution("pypi", "Jinja2", "2.11.2+cpu")).found) == 1
    assert service.asked[0]["version"] == "2.11.2"


def test_every_page_is_read() -> None:
    other = {**RECORD, "id": "GHSA-1", "aliases": []}
    service = Service({"vulns": [RECORD], "next_page_token": "2"}, {"vulns": [other]})

    assert [item.name for item in asked(service, JINJA2).found] == ["PYSEC-2021-66", "GHSA-1"]
    assert [question.get("page_token") for question in service.asked] == [None, "2"]


@pytest.mark.parametrize(
    "page", [{}, {"vulns": [{**RECORD, "withdrawn": "2022-01-01T00:00:00Z"}]}], ids=["none", "withdrawn"]
)
def test_a_version_without_one_is_clean(page: object) -> None:
    assert asked(Service(page), JINJA2).found == ()


@pytest.mark.parametrize("page", [[], {"vulns": [{}]}, {"vulns": ["a"]}, {"vulns": None}], ids=str)
def test_an_answer_of_another_form_is_no_clean_bill(page: object) -> None:
    with pytest.raises(OutsideError, match="a form that is not OSV's"):
        asked(Service(page), JINJA2)


def test_a_refusal_is_no_clean_bill() -> None:
    with pytest.raises(OutsideError, match="does not tell of jinja2"):
        asked(Service({}, status=400), JINJA2)


def test_nobody_there_is_no_clean_bill() -> None:
    with answering(Service({})) as address:
        pass
    with pytest.raises(OutsideError, match="does not tell of jinja2"):
        OsvService(f"{address}/v1/query").of([JINJA2])
