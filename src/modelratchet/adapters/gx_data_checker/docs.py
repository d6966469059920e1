"""The Data Docs page of a check, by Great Expectations' own renderers, as one file that equal checks write alike.

Left out: the moment of the run, random element names, and a picture that told a server about every visit.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from modelratchet.storage.files import write_bytes

_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TRACKED = re.compile(r"<img[^>]*great-expectations-web-assets[^>]*>")
_DARK_LOGO = re.compile(r"background: url\('https://great-expectations-web-assets[^;]*;")
_NO_TIME = re.compile(r"<tr[^>]*>(?:(?!</tr>).)*>Run Time<(?:(?!</tr>).)*</tr>", re.DOTALL)


def write_docs(folder: Path, results: Any, data_digest: str) -> None:
    """Write `index.html` into the folder.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    write_bytes(folder / "index.html", page_of(results, data_digest).encode())


def page_of(results: Any, data_digest: str) -> str:
    """The page as HTML; `results` lose what differs from run to run."""
    results.meta["run_id"] = data_digest
    for name in ("batch_markers", "validation_time", "active_batch_definition", "validation_id", "batch_spec"):
        results.meta.pop(name, None)
    document = ValidationResultsPageRenderer(run_info_at_end=False).render(results)
    page = DefaultJinjaPageView().render(document)
    for pattern, replacement in ((_TRACKED, ""), (_DARK_LOGO, ""), (_NO_TIME, "")):
        page = pattern.sub(replacement, page)
    page = page.replace(" / __none__", f" / {data_digest[:19]}")
    names: dict[str, str] = {}
    for found in _RANDOM.findall(page):
        names.setdefault(found, f"part-{len(names) + 1}")
    return _RANDOM.sub(lambda match: names[match[0]], page)
