"""What an advisory comes to: the policy of the audit, as a table."""

from __future__ import annotations

from datetime import date

import pytest

from modelratchet.core.advisories import Advisory, Exemption, Weight, weigh

TODAY = date(2026, 11, 24)
MENDABLE = Advisory("PYSEC-2021-66", ("CVE-2020-28493",), "jinja2", "2.11.2", "a slow pattern", ("2.11.3",))
UNFIXED = Advisory("PYSEC-2020-1", (), "jinja2", "2.11.2", "", ())


def exemption(name: str, package: str = "jinja2", until: date = TODAY) -> Exemption:
    return Exemption(name, package, "no text of strangers is rendered", until)


@pytest.mark.parametrize(
    ("advisory", "exemptions", "weight", "why"),
    [
        (MENDABLE, (), Weight.FAILS, "mended in 2.11.3"),
        (UNFIXED, (), Weight.NO_FIX, "no version without it is known"),
        (MENDABLE, (exemption("PYSEC-2021-66"),), Weight.EXCEPTED, "no text of strangers is rendered (until 2026-11-24)"),
        (MENDABLE, (exemption("CVE-2020-28493", "Jinja2"),), Weight.EXCEPTED, "no text of strangers is rendered (until 2026-11-24)"),
        (MENDABLE, (exemption("PYSEC-2021-66", until=date(2026, 11, 23)),), Weight.FAILS, "mended in 2.11.3; the exemption ended on 2026-11-23"),
        (MENDABLE, (exemption("PYSEC-2021-66", "flask"),), Weight.FAILS, "mended in 2.11.3"),
        (MENDABLE, (exemption("PYSEC-2021-67"),), Weight.FAILS, "mended in 2.11.3"),
    ],
    ids=["mendable", "no fix", "excepted", "by an alias", "an old exemption", "of another package", "of another name"],
)  # fmt: skip
def test_weight_of(advisory: Advisory, exemptions: tuple[Exemption, ...], weight: Weight, why: str) -> None:
    (found,) = weigh([advisory], exemptions, TODAY)

    assert (found.weight, found.why) == (weight, why)


def test_one_vulnerability_under_two_names_is_told_once_and_with_its_fix() -> None:
    same = Advisory("GHSA-g3rq-g295-4j3m", ("CVE-2020-28493",), "jinja2", "2.11.2", "", ())

    assert [item.advisory for item in weigh([same, MENDABLE], (), TODAY)] == [MENDABLE]


def test_same_vulnerability_of_two_packages_is_told_of_both() -> None:
    other = Advisory("PYSEC-2021-66", (), "markupsafe", "1.0", "", ("1.1",))

    assert len(weigh([MENDABLE, other], (), TODAY)) == 2


def test_what_fails_comes_first() -> None:
    found = weigh([UNFIXED, MENDABLE], (), TODAY)

    assert [item.weight for item in found] == [Weight.FAILS, Weight.NO_FIX]


def test_exemption_holds_for_every_spelling_of_a_name() -> None:
    found = Advisory("PYSEC-1", (), "typing-extensions", "1", "", ("2",))

    assert weigh([found], [exemption("PYSEC-1", "Typing_Extensions")], TODAY)[0].weight is Weight.EXCEPTED
