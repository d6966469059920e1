"""What is said on a pull request, and on which, whatever the judged run left behind."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from modelratchet.core.page.json_page import json_page
from modelratchet.errors import EvidenceError
from modelratchet.usecases.comment import MOST_BYTES, Comment, JudgedRun, comment
from modelratchet.usecases.ports.pull_requests import Head
from tests.samples import pages

RUN = JudgedRun(
    Head("octocat", "better", "a1" * 20), "https://github.com/flights/late/actions/runs/7", True, "green", ()
)


@dataclass
class FakePullRequests:
    """The port `PullRequests`: open ones by the commit they stand at. `asked` notes every question."""

    numbers: dict[str, int] = field(default_factory=lambda: {RUN.head.commit: 12})
    asked: list[Head] = field(default_factory=list)

    def open_at(self, head: Head) -> int | None:
        self.asked.append(head)
        return self.numbers.get(head.commit)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.json"
    path.write_text(json_page(pages.rejected()))
    return path


def _said(run: JudgedRun, page: Path) -> Comment:
    made = comment(run, page, FakePullRequests())
    assert made is not None
    return made


def test_the_page_is_said_where_the_commit_is(page: Path) -> None:
    made = _said(RUN, page)

    assert made.number == 12
    assert made.text.startswith("# REJECT")


def test_a_pull_request_that_moved_on_gets_no_word(page: Path) -> None:
    assert comment(RUN, page, FakePullRequests({"b2" * 20: 12})) is None


def test_without_a_page_a_green_run_only_takes_back_what_was_said(tmp_path: Path) -> None:
    made = _said(RUN, tmp_path / "page.json")

    assert (made.number, made.only_mends) == (12, True)
    assert "touches no model" in made.text


def test_a_verdict_is_said_whether_or_not_something_was_said_before(page: Path) -> None:
    assert not _said(RUN, page).only_mends


def test_without_a_page_a_cancelled_run_has_nothing_to_say(tmp_path: Path) -> None:
    host = FakePullRequests()

    assert comment(replace(RUN, ended="neither"), tmp_path / "page.json", host) is None
    assert host.asked == []


def test_without_a_page_a_failed_run_is_said_to_have_no_verdict(tmp_path: Path) -> None:
    assert _said(replace(RUN, ended="red"), tmp_path / "page.json").text.startswith("# NO VERDICT")


def test_a_page_of_a_failed_run_is_the_verdict(page: Path) -> None:
    assert _said(replace(RUN, ended="red"), page).text.startswith("# REJECT")


def test_links_of_the_page_lead_home_or_nowhere(page: Path) -> None:
    assert "mlflow.example" not in _said(RUN, page).text
    assert "mlflow.example" in _said(replace(RUN, homes=("https://mlflow.example/",)), page).text


def test_a_page_that_is_too_large_is_not_read(page: Path) -> None:
    page.write_text(json_page(pages.rejected()) + " " * MOST_BYTES)
    with pytest.raises(EvidenceError, match="plain file"):
        comment(RUN, page, FakePullRequests())


def test_a_page_that_is_a_link_to_something_else_is_not_read(page: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(page)
    with pytest.raises(EvidenceError, match="plain file"):
        comment(RUN, link, FakePullRequests())


def test_a_page_that_never_ends_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "page.json")
    with pytest.raises(EvidenceError, match="plain file"):
        comment(RUN, tmp_path / "page.json", FakePullRequests())


def test_a_folder_is_no_page(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="plain file"):
        comment(RUN, tmp_path, FakePullRequests())
