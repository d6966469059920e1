"""What `ratchet retrain` prints, hands on and ends with where it runs no pipeline; the rest is in tests/e2e/test_retrain.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelratchet.cli.main import main
from modelratchet.usecases.fetch_champion import Throne
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.write_ledger import Desk
from modelratchet.wiring import retraining
from modelratchet.wiring.commands import the_only_run
from tests.fakes.certificates import FakeCertificates
from tests.fakes.ledger import FakeLedger
from tests.fakes.memory import FakeMemory
from tests.fakes.model_registry import FakeModelRegistry
from tests.samples.ledgers import circumstances
from tests.samples.windows import at
from tests.samples.workshops import Workshop, workshop

ROOT = Path(__file__).parents[3]
INGEST = 'ingest: {source: csv, path: rows.csv, since: null, until: "2013-03-01"}   # cut\n'
SPLIT = 'split: {method: time, holdout_from: "2013-02-01"}\n'
RETRAIN = "retrain: {period: month, maximum_gap_hours: 240, merge: promote}\n"


def settings() -> str:
    """The example's, but for a source of CSV files and a window through February."""
    blocks = (ROOT / "params.yaml").read_text().split("\n\n")
    kept = [block for block in blocks if not block.startswith(("ingest:", "split:", "retrain:"))]
    return "\n\n".join([*kept, INGEST, SPLIT, RETRAIN])


def rows(last: str) -> str:
    """A row every four days from January on, up to the day `last`."""
    days = [f"2013-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29, 4)]
    return "scheduled_departure,late\n" + "".join(f"{day},0\n" for day in days if day <= last)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """A registry where nobody reigns."""
    desk = Desk(
        LedgerReader(FakeLedger(), FakeMemory(), "here"), FakeModelRegistry(), FakeCertificates(), circumstances
    )
    return workshop(desk, tmp_path)


@pytest.fixture
def project(tmp_path: Path, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rows through April, on the second of May."""
    (tmp_path / "params.yaml").write_text(settings())
    (tmp_path / "rows.csv").write_text(rows("2013-04-30"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(retraining, "now", lambda: at("2013-05-02"))
    monkeypatch.setattr(retraining, "throne", lambda: Throne(shop.desk.reader, shop.desk.registry))
    return tmp_path


def test_dry_run_says_what_it_would_do_and_does_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retrain", "--dry-run"]) == 0

    printed = capsys.readouterr().out
    assert printed.startswith("Would retrain flights-late through 2013-04.\n2013-04 is whole, with 7 rows;")
    assert "  ingest.until        2013-03-01  2013-05-01T00:00:00\n" in printed
    assert (project / "params.yaml").read_text() == settings()
    assert not (project / ".ratchet" / "retrain").exists()


def test_nothing_new_is_told_to_the_job_too(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "rows.csv").write_text(rows("2013-03-12"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(project / "outputs"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project / "summary"))

    assert main(["retrain", "--json", "--summary", "page.md"]) == 0

    story = json.loads(capsys.readouterr().out)
    assert (story["outcome"], story["merge"], story["window"]["last"]) == ("nothing new", False, "2013-02")
    assert story["notes"] == [
        "2013-03 has no rows for 552 hours from 2013-03-09T00:00:00Z on; retrain.maximum_gap_hours is 240.",
        "No rows of 2013-04 or later, though it is over.",
    ]
    outputs = (project / "outputs").read_text()
    assert "outcome<<" in outputs
    assert "\nretrain/2013-02\n" in outputs
    assert (project / "summary").read_text() == (project / "page.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--through", "2013-05"], 2, "2013-05 has no rows; the source has rows from 2013-01 to 2013-04"),
        (["--through", "May"], 2, "found the period 'May', expected a month like 2013-11"),
        (["--through", "2013-01"], 2, "no row is left to train on"),
    ],
)
def test_period_that_cannot_be_is_a_usage_error(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert main(["retrain", *arguments]) == code
    assert said in capsys.readouterr().err


def test_empty_choice_is_none(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retrain", "--dry-run", "--through", ""]) == 0
    assert "through 2013-04" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("period: month, ", "", "retrain.period: missing"),
        ('until: "2013-03-01"', "path_: x", "ingest.until: missing; `ratchet retrain` moves it"),
        ("retrain: {period: month", "retrain: &r {period: month", None),
        ('until: "2013-03-01"', 'until: &day "2013-03-01"', "ingest.until: expected a plain value"),
        ("  time: scheduled_departure", "  time: scheduled", "columns.time: found 'scheduled'; the source has"),
    ],
)
def test_settings_that_cannot_be_moved_are_told(
    project: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str | None
) -> None:
    text = settings()
    assert old in text
    (project / "params.yaml").write_text(text.replace(old, new, 1))

    assert main(["retrain", "--dry-run"]) == (2 if said else 0)
    assert (said or "") in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "retrain"])
def test_settings_are_not_moved_under_a_run_that_goes_on(
    project: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (project / "dvc.yaml").write_text("stages: {}\n")

    with the_only_run():
        assert main([command]) == 4

    assert "another run is going on in this folder" in capsys.readouterr().err
    assert (project / "params.yaml").read_text() == settings()


def test_folder_that_is_no_project_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["retrain"]) == 2
    assert "it is not there" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
