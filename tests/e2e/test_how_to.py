"""The how-to page works when it is followed to the letter: every file is written, every command is run, in order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.samples.how_to_pages import follow
from tests.samples.projects import Project, make_project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = make_project(tmp_path_factory.mktemp("shop") / "project")
    follow(project, "bring-your-own-data.md")
    return project


def test_own_data_ends_with_a_recorded_verdict(shop: Project) -> None:
    receipt = shop.report("receipt")

    assert receipt["model"] == "orders-returned"
    assert shop.report("verdict")["decision"] in ("promote", "inconclusive")


def test_page_writes_what_it_says(shop: Project) -> None:
    suite = json.loads((shop.folder / "expectations" / "orders.json").read_text())

    assert suite["expectations"]
    assert Path(shop.folder / "reports" / "data_docs" / "index.html").exists()
