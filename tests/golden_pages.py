"""The golden pages: what five sample verdicts look like, byte for byte, in `tests/golden/page`.

`python -m tests.golden_pages` writes them anew, after a change of the page that is meant; the diff is what a reviewer looks at.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from modelratchet.core.page.html_page import html_page
from modelratchet.core.page.json_page import json_page
from modelratchet.core.page.markdown import markdown, note
from tests.samples import pages

FOLDER = Path(__file__).parent / "golden" / "page"


def written() -> Iterator[tuple[str, str]]:
    """Each file's name and text."""
    for name, make in pages.KINDS.items():
        page = make()
        yield f"{name}.md", markdown(page)
        yield f"{name}.html", html_page(page)
        yield f"{name}.json", json_page(page)
        yield f"{name}.note.md", note(page)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in written():
        (FOLDER / name).write_text(text, encoding="utf-8")
