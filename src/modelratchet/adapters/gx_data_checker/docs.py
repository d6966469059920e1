"""The Data Docs page of a check, by Great Expectations' own renderers, as one file that equal checks write alike.

What failed stands first, in plain HTML: the library's page takes its styles and its marks from the network. Left
out: the moment of the run, random element names, a picture that told a server about every visit, and links to pages
that there are not.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from modelratchet.core.data_check import DataCheck, FailedExpectation
from modelratchet.storage.files import write_bytes

_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LEFT_OUT = (
    re.compile(r"<img[^>]*great-expectations-web-assets[^>]*>"),
    re.compile(r"background: url\('https://great-expectations-web-assets[^;]*;"),
    re.compile(r"<tr[^>]*>(?:(?!</tr>).)*>Run Time<(?:(?!</tr>).)*</tr>", re.DOTALL),
    re.compile(r"<footer.*?</footer>", re.DOTALL),
)
_LINK_AWAY = re.compile(r'href="\.\./[^"]*"')
_START = '<div class="container-fluid'


def write_docs(folder: Path, results: Any, check: DataCheck) -> None:
    """Write `index.html` into the folder.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    write_bytes(folder / "index.html", page_of(results, check).encode())


def page_of(results: Any, check: DataCheck) -> str:
    """The page as HTML; `results` lose what differs from run to run."""
    results.meta["run_id"] = check.data_digest
    for name in ("batch_markers", "validation_time", "active_batch_definition", "validation_id", "batch_spec"):
        results.meta.pop(name, None)
    document = ValidationResultsPageRenderer(run_info_at_end=False).render(results)
    page: str = DefaultJinjaPageView().render(document)
    for pattern in _LEFT_OUT:
        page = pattern.sub("", page)
    page = _LINK_AWAY.sub('href="index.html"', page).replace(" / __none__", "")
    names: dict[str, str] = {}
    for found in _RANDOM.findall(page):
        names.setdefault(found, f"part-{len(names) + 1}")
    page = _RANDOM.sub(lambda match: names[match[0]], page)
    return page.replace(_START, _summary(check) + _START, 1)


def _summary(check: DataCheck) -> str:
    """What failed, for a reader who looks at nothing else."""
    head = f"{len(check.failed)} of {check.n_expectations} expectations failed on {check.n_rows:,} rows"
    rows = "".join(_row(failure) for failure in check.failed)
    names = ("Severity", "Column", "What was expected", "Rows", "Such as")
    table = f"<tr>{''.join(f'<th>{name}</th>' for name in names)}</tr>{rows}" if rows else ""
    return (
        f'<section id="failures" style="margin:1.5rem; font-family:sans-serif"><h1 style="font-size:1.4rem">{head}</h1>'
        f'<table border="1" cellpadding="6" style="border-collapse:collapse; text-align:left">{table}</table></section>\n'
    )


def _row(failure: FailedExpectation) -> str:
    count = f"{failure.count:,} ({failure.share:.2%})" if failure.count else ""
    cells = (failure.severity.value, failure.column, failure.message, count, "; ".join(failure.sample))
    return f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"
