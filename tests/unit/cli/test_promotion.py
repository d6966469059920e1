"""What the verbs that write to the ledger print, and the exit codes they end with; the verbs themselves are tested with the use cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelratchet.cli.main import main
from modelratchet.usecases.promote import PromotionFiles
from modelratchet.usecases.read_ledger import LedgerReader
from modelratchet.usecases.write_ledger import Desk
from modelratchet.wiring import clock, promoting, registry
from modelratchet.wiring import ledger as reading
from tests.fakes.certificates import FakeCertificates
from tests.fakes.ledger import FakeLedger
from tests.fakes.memory import FakeMemory
from tests.fakes.model_registry import FakeModelRegistry
from tests.samples import evidence as samples
from tests.samples.candidates import MODEL
from tests.samples.ledgers import NOW, circumstances
from tests.samples.workshops import Workshop, promotion_files, workshop


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger()


@pytest.fixture
def shop(tmp_path: Path, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """The commands' wiring on fakes, in an empty folder."""
    reader = LedgerReader(ledger, FakeMemory(), "here")
    desk = Desk(reader, FakeModelRegistry(), FakeCertificates(), circumstances)
    found = workshop(desk, tmp_path)
    nowhere = promotion_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(promoting, "desk", lambda: found.desk)
    monkeypatch.setattr(promoting, "policy", samples.policy)
    monkeypatch.setattr(promoting, "PROMOTION_FILES", nowhere)
    monkeypatch.setattr(registry, "model_name", lambda: MODEL)
    monkeypatch.setattr(reading, "reader", lambda: reader)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return found


def offer(monkeypatch: pytest.MonkeyPatch, files: PromotionFiles) -> None:
    """Make it the candidate of the latest run."""
    monkeypatch.setattr(promoting, "PROMOTION_FILES", files)


def test_promote_says_who_reigns_and_where_the_proof_is(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(monkeypatch, shop.judged(0.1))

    assert main(["promote"]) == 0
    said = capsys.readouterr().out
    assert "Version 1 of" in said
    assert "was promoted and reigns now (event 1)" in said
    assert "Certificate: " in said


def test_promote_again_says_that_it_reigns_already(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = shop.judged(0.1)
    shop.promote(files)
    offer(monkeypatch, files)

    assert main(["promote"]) == 0
    assert "reigns already: promoted by ann" in capsys.readouterr().out


def test_promote_without_a_verdict_ends_with_3(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["promote"]) == 3
    assert "Run `ratchet run`" in capsys.readouterr().err
    assert shop.state.counter == 0


def test_promote_of_a_verdict_against_a_former_champion_ends_with_3(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.promoted(0.1)
    stale = shop.judged(0.2)
    shop.promoted(0.3)
    offer(monkeypatch, stale)

    assert main(["promote"]) == 3
    assert "compare again" in capsys.readouterr().err.lower()


def test_promote_while_the_store_is_down_ends_with_4(
    shop: Workshop, ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, shop.judged(0.1))
    ledger.is_down = True

    assert main(["promote"]) == 4


@pytest.mark.parametrize(
    "command",
    [
        ["override", "99", "--reason", "because"],
        ["anchor", "99", "--reason", "because"],
        ["rollback", "--to", "99"],
    ],
    ids=lambda command: command[0],
)
def test_a_version_that_is_not_there_changes_nothing(
    shop: Workshop, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    shop.promoted(0.1)

    assert main(command) in (2, 3)
    assert "99" in capsys.readouterr().err
    assert shop.state.counter == 1


@pytest.mark.parametrize("command", [["rollback"], ["renew"]], ids=lambda command: command[0])
def test_without_a_ledger_there_is_nothing_to_go_back_to_or_to_renew(
    shop: Workshop, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) in (2, 3)
    assert "ratchet:" in capsys.readouterr().err
    assert shop.state.counter == 0


@pytest.mark.parametrize(("command", "version"), [("override", "1"), ("anchor", "2")])
def test_a_reason_of_blanks_is_refused(
    shop: Workshop, command: str, version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.promoted(0.1)
    shop.promoted(0.2)

    assert main([command, version, "--reason", "  "]) == 2
    assert "there is no reason" in capsys.readouterr().err
    assert shop.state.counter == 2


@pytest.mark.parametrize("command", ["override", "anchor"])
def test_without_a_reason_and_nobody_to_ask_nothing_is_done(
    shop: Workshop, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.promoted(0.1)
    monkeypatch.setattr("sys.stdin", (shop.folder / "empty").open("w+"))

    assert main([command, "1"]) not in (0, 1)
    assert shop.state.counter == 1


@pytest.mark.parametrize("command", ["override", "anchor"])
def test_a_version_has_to_be_named(shop: Workshop, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--reason", "because"]) == 2
    assert "VERSION" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (["rollback", "--to", "1"], "rolled_back"),
        (["override", "1", "--reason", "because"], "overridden"),
        (["anchor", "2", "--reason", "because"], "anchored"),
        (["renew"], "renewed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_json_tells_the_event_and_who_reigns(
    shop: Workshop, command: list[str], kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.promoted(0.1)
    shop.promoted(0.2)

    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["event"]["kind"], told["is_new"], told["counter"]) == (kind, True, 3)
    assert (told["champion"], told["anchor"]) == (shop.state.champion.version, shop.state.anchor.version)


@pytest.mark.parametrize("moment", ["nonsense", "2026-13-01", "24.11.2026", "tomorrow"])
def test_a_moment_that_is_no_date_ends_with_2(shop: Workshop, moment: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["champion", "--at", moment]) == 2
    assert f"found {moment!r}, expected 2026-11-24" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("moment", "version"),
    [("2026-11-23", None), ("2026-11-24T07:00:30Z", "1"), ("2026-11-24T09:01:30+02:00", "2"), ("2026-11-24", "2")],
)
def test_who_reigned_is_told_for_a_moment_or_the_end_of_a_day(
    shop: Workshop, moment: str, version: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.promoted(0.1)
    shop.promoted(0.2)

    assert main(["champion", "--at", moment, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == version


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["champion"], "Nobody reigns over"),
        (["history"], "is empty: `ratchet promote` writes"),
        (["reconcile"], "0 of 0"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_model_without_a_ledger_is_no_fault(
    shop: Workshop, command: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 0
    assert said in capsys.readouterr().out


def test_history_as_json_holds_every_event(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.promoted(0.1)
    shop.promoted(0.2)

    assert main(["history", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [event["version"] for event in told["events"]] == ["1", "2"]
    assert told["champion"] == "2"


def test_what_a_person_wrote_cannot_steer_the_terminal(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.promoted(0.1)
    assert main(["anchor", "1", "--reason", "fine\x1b[2Jnext"]) == 0
    capsys.readouterr()

    assert main(["history"]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("command", ["champion", "history", "reconcile"])
def test_a_store_that_is_down_ends_with_4(shop: Workshop, ledger: FakeLedger, command: str) -> None:
    ledger.is_down = True

    assert main([command]) == 4
