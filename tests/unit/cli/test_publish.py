"""`ratchet publish`, `audit` and `verify-image`: what they print and end with; what they do is tested with their use cases."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from modelratchet.cli.main import main
from modelratchet.core.advisories import Advisory, weigh
from modelratchet.core.image_names import Edition
from modelratchet.usecases.publish_image import Published
from modelratchet.wiring import publishing
from modelratchet.wiring.publishing import Delivery, Order

DIGEST = "sha256:" + "a" * 64
DONE = Delivery(
    "flights", Edition("7", DIGEST, "c" * 40), "champion", "localhost:5000/flights",
    Published("published", DIGEST, ("x", "7", "latest"), ("7",), None), None,
)  # fmt: skip
RECORD = {
    "id": "PYSEC-2021-66", "modified": "2021-03-22T16:34:00Z",
    "affected": [{"package": {"ecosystem": "PyPI", "name": "jinja2"}, "versions": ["2.11.2"], "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.11.3"}]}]}],
}  # fmt: skip


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """What publishing was asked for, which is then said to be done."""
    seen: list[Order] = []

    def published(order: Order, tell: object) -> Delivery:
        seen.append(order)
        return DONE

    monkeypatch.setattr(publishing, "publish", published)
    return seen


def test_outputs_are_for_the_next_steps_of_the_job(
    orders: list[Order], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))

    assert main(["publish", "7", "--to", "localhost:5000/flights", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    lines = (tmp_path / "output").read_text().splitlines()
    outputs = dict(zip((line.partition("<<")[0] for line in lines[::3]), lines[1::3], strict=True))
    assert told["reference"] == outputs["reference"] == f"localhost:5000/flights@{DIGEST}"
    assert (outputs["outcome"], outputs["version"], outputs["tags"]) == ("published", "7", "x 7 latest")
    assert "flights version 7 (champion): published" in (tmp_path / "summary").read_text()
    assert orders == [Order("7", "localhost:5000/flights", None, False, False, False, None, None)]


def test_champion_is_what_is_published_without_a_name(orders: list[Order]) -> None:
    assert main(["publish", "--dry-run"]) == 0
    assert (orders[0].name, orders[0].is_dry) == ("champion", True)


@pytest.fixture
def empty_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with nothing but a lock, and an environment that names nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements-serving.lock").write_text("jinja2==3.1.6\n")
    for name in ("RATCHET_IMAGE_REPOSITORY", "RATCHET_SIGNING_KEY", "RATCHET_VERIFY_KEY", "RATCHET_ADVISORIES"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("empty_project")
@pytest.mark.parametrize(
    ("given", "variables", "message"),
    [
        (["publish"], {}, "RATCHET_IMAGE_REPOSITORY"),
        (["publish", "--to", "ghcr.io/Owner/x"], {}, "names no repository"),
        (["publish", "--to", "ghcr.io/owner/x"], {}, "RATCHET_SIGNING_KEY"),
        (["publish", "candidate", "--unsigned", "--to", "ghcr.io/owner/x"], {}, "expected champion, or the number"),
        (["verify-image", "ghcr.io/owner/x"], {}, "RATCHET_VERIFY_KEY"),
        (["verify-image"], {"RATCHET_VERIFY_KEY": "-----BEGIN PUBLIC KEY-----"}, "RATCHET_IMAGE_REPOSITORY"),
        (["audit", "--advisories", "nowhere"], {}, "--advisories"),
        (["audit"], {"RATCHET_ADVISORIES": "nowhere"}, "RATCHET_ADVISORIES"),
    ],
)
def test_what_is_missing_or_wrong_ends_with_2_and_is_named(
    given: list[str],
    variables: dict[str, str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert main(given) == 2
    assert message in capsys.readouterr().err


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lock and a record of one vulnerability."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "osv").mkdir()
    (tmp_path / "osv" / "x.json").write_text(json.dumps(RECORD))
    (tmp_path / "requirements-serving.lock").write_text("jinja2==2.11.2\n")
    (tmp_path / "other.lock").write_text("jinja2==2.11.3\n")
    return tmp_path


def test_vulnerability_that_could_be_mended_ends_with_1(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--advisories", "osv"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "FAIL  jinja2  2.11.2  PYSEC-2021-66  mended in 2.11.3",
        "1 packages by OSV records in osv, as of 2021-03-22T16:34:00Z: 1 advisories, 1 fail.",
    ]


def test_lock_without_one_ends_with_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "other.lock", "--advisories", "osv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_packages"] == 1


def test_vulnerability_that_is_excepted_ends_with_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = "{id: PYSEC-2021-66, package: jinja2, reason: none is rendered, until: 2999-01-31}"
    (project / "audit.yaml").write_text(f"exemptions: [{entry}]\n")

    assert main(["audit", "--advisories", "osv"]) == 0
    assert "none is rendered (until 2999-01-31)" in capsys.readouterr().out


def test_text_of_an_advisory_cannot_move_the_cursor() -> None:
    from modelratchet.cli.audit import _lines
    from modelratchet.core.advisories import Audit

    hostile = Advisory("X\x1b[2J", (), "jinja2", "1", "", ("2\x1b[31m",))
    lines = _lines(Audit("PyPI", "", 1, weigh([hostile], (), date(2026, 11, 24))))

    assert all(line.isprintable() for line in lines)
