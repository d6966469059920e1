"""The how-to page works when it is followed to the letter: every file is written, every command is run, in order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.samples.projects import ROOT, Project, make_project

pytestmark = pytest.mark.e2e

_BLOCK = re.compile(r"^```(?P<kind>\w+)(?: title=(?P<title>\S+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> Iterator[tuple[str, str, str]]:
    for found in _BLOCK.finditer((ROOT / "docs" / "how-to" / page).read_text()):
        yield found["kind"], found["title"] or "", found["body"]


def follow(project: Project, page: str) -> None:
    for kind, title, body in blocks(page):
        if title:
            (project.folder / title).write_text(body)
        elif kind == "console":
            for command, expected in commands(body):
                done = project.run("bash", "-c", command)
                assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
                assert expected in done.stdout


def commands(body: str) -> Iterator[tuple[str, str]]:
    """Each command with the output that the page shows below it."""
    for part in body.split("$ ")[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


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
