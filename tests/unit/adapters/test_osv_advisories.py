"""Saved OSV records: the forms in which OSV and PyPA give them, with records that there are."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from modelratchet.adapters.osv_advisories import OsvAdvisories
from modelratchet.core.advisories import Advisory
from modelratchet.errors import EvidenceError, MissingEvidenceError
from modelratchet.usecases.ports.serving import Distribution

# the facts of PYSEC-2021-66, as pypa/advisory-database has it
PYSEC = """
id: PYSEC-2021-66
details: |
  The pattern that finds punctuation is slow on some texts.
  More is said here.
affected:
- package: {name: jinja2, ecosystem: PyPI, purl: "pkg:pypi/jinja2"}
  ranges:
  - type: ECOSYSTEM
    events: [{introduced: "0"}, {fixed: 2.11.3}]
  versions: ["2.11.1", 2.11.2]
aliases: [CVE-2020-28493]
modified: "2021-03-22T16:34:00Z"
"""


def jinja2(version: str) -> list[Distribution]:
    return [Distribution("pypi", "Jinja2", version)]


def record(*events: dict[str, str], **changes: Any) -> dict[str, Any]:
    affected = {
        "package": {"ecosystem": "PyPI", "name": "jinja2"},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
    }
    return {"id": "GHSA-h5c8-rqwp-cp95", "modified": "2024-01-11T15:20:48Z", "affected": [affected], **changes}


def found(folder: Path, document: object, version: str) -> tuple[Advisory, ...]:
    (folder / "record.json").write_text(json.dumps(document))
    return OsvAdvisories(folder).of(jinja2(version)).found


def test_yaml_of_pypa_is_read(tmp_path: Path) -> None:
    (tmp_path / "vulns" / "jinja2").mkdir(parents=True)
    (tmp_path / "vulns" / "jinja2" / "PYSEC-2021-66.yaml").write_text(PYSEC)
    told = OsvAdvisories(tmp_path).of(jinja2("2.11.2"))

    summary = "The pattern that finds punctuation is slow on some texts."
    assert told.found == (Advisory("PYSEC-2021-66", ("CVE-2020-28493",), "jinja2", "2.11.2", summary, ("2.11.3",)),)
    assert told.as_of == "2021-03-22T16:34:00Z"


def test_zip_of_osv_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("GHSA-h5c8-rqwp-cp95.json", json.dumps(record({"introduced": "0"}, {"fixed": "3.1.3"})))
    told = OsvAdvisories(tmp_path / "all.zip").of(jinja2("3.1.2"))

    assert [item.name for item in told.found] == ["GHSA-h5c8-rqwp-cp95"]


ALL = [{"introduced": "0"}, {"fixed": "3.1.3"}]
TWICE = [{"introduced": "2.0"}, {"fixed": "2.5"}, {"introduced": "3.0"}, {"fixed": "3.1.3"}]
LAST = [{"introduced": "1.0"}, {"last_affected": "2.2"}]
UNFIXED = [{"introduced": "3.0"}]


@pytest.mark.parametrize(
    ("events", "version", "fixed_in"),
    [
        (ALL, "0.1", ("3.1.3",)), (ALL, "3.1.2", ("3.1.3",)), (ALL, "3.1.3rc1", ("3.1.3",)), (ALL, "3.1.3", None), (ALL, "3.10", None),
        (TWICE, "1.9", None), (TWICE, "2.4", ("2.5", "3.1.3")), (TWICE, "2.7", None), (TWICE, "3.1", ("3.1.3",)), (TWICE[::-1], "3.1", ("3.1.3",)),
        (LAST, "2.2", ()), (LAST, "2.2+cpu", ()), (LAST, "2.2.1", None), (LAST, "0.9", None),
        (UNFIXED, "2.9", None), (UNFIXED, "9", ()),
    ],
)  # fmt: skip
def test_ranges_are_read_as_the_schema_says(
    tmp_path: Path, events: list[dict[str, str]], version: str, fixed_in: tuple[str, ...] | None
) -> None:
    told = found(tmp_path, record(*events), version)

    assert [item.fixed_in for item in told] == ([] if fixed_in is None else [fixed_in])


def test_version_that_is_listed_is_affected_in_any_spelling(tmp_path: Path) -> None:
    listed = record()
    listed["affected"][0].update(ranges=[], versions=["not a version", "3.1.0"])

    assert len(found(tmp_path, listed, "3.1")) == 1
    assert len(found(tmp_path, listed, "3.1+cpu")) == 1


@pytest.mark.parametrize(
    "document",
    [
        record(*ALL, withdrawn="2024-02-01T00:00:00Z"),
        {**record(), "affected": [{"package": {"ecosystem": "npm", "name": "jinja2"}, "versions": ["3.0"]}]},
        {**record(), "affected": [{"package": {"ecosystem": "PyPI", "name": "flask"}, "versions": ["3.0"]}]},
        {**record(), "affected": [{"package": {"ecosystem": "PyPI", "name": "jinja2"}, "ranges": [{"type": "GIT", "events": ALL}]}]},
    ],
    ids=["withdrawn", "another ecosystem", "another package", "commits alone"],
)  # fmt: skip
def test_what_does_not_speak_of_it_is_left_out(tmp_path: Path, document: object) -> None:
    assert found(tmp_path, document, "3.0") == ()


def test_both_versions_of_a_package_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text(json.dumps(record(*ALL)))
    told = OsvAdvisories(tmp_path).of([*jinja2("3.0"), *jinja2("3.1.2"), *jinja2("3.1.6")])

    assert [item.version for item in told.found] == ["3.0", "3.1.2"]


def test_folder_without_records_is_no_clean_bill(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"a": 1}')

    with pytest.raises(MissingEvidenceError, match="holds no OSV record"):
        OsvAdvisories(tmp_path).of(jinja2("3.0"))


@pytest.mark.parametrize("text", ["{", "[" * 100_000], ids=["cut", "deep"])
def test_record_that_cannot_be_read_stops_the_audit(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)

    with pytest.raises(EvidenceError, match=r"x\.json"):
        OsvAdvisories(tmp_path).of(jinja2("3.0"))


def test_events_of_no_version_stop_the_audit(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no OSV record that can be read"):
        found(tmp_path, record({"introduced": "0"}, {"fixed": "a while ago"}), "3.0")


def test_zip_that_is_damaged_inside_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.json", json.dumps(record(*ALL)))
    data = bytearray((tmp_path / "all.zip").read_bytes())
    data[30 + len("x.json")] = 0xFF  # the first byte of what is packed
    (tmp_path / "all.zip").write_bytes(data)

    with pytest.raises(EvidenceError, match=r"all\.zip"):
        OsvAdvisories(tmp_path / "all.zip").of(jinja2("3.0"))


def test_what_is_no_zip_is_named(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(b"half of one")

    with pytest.raises(EvidenceError, match=r"all\.zip"):
        OsvAdvisories(tmp_path / "all.zip").of(jinja2("3.0"))
