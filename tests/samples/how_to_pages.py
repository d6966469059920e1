"""How-to pages as a reader follows them, to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.samples.projects import ROOT, Project

_BLOCK = re.compile(r"^```(?P<kind>\w+)(?: title=(?P<title>\S+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> Iterator[tuple[str, str, str]]:
    """Kind, title and text of each block of a how-to page; a title names the file that it is."""
    for found in _BLOCK.finditer((ROOT / "docs" / "how-to" / page).read_text()):
        yield found["kind"], found["title"] or "", found["body"]


def follow(project: Project, page: str) -> None:
    """Write every file that a page shows and run every command, in order."""
    for kind, title, body in blocks(page):
        if title:
            (project.folder / title).parent.mkdir(parents=True, exist_ok=True)
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
