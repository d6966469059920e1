"""The page as a JSON document of its own format (`model.Page`), for programs that show or keep decisions."""

from __future__ import annotations

import json
import math
from typing import Any

from modelratchet.core.formats import to_document
from modelratchet.core.page.model import Page


def json_page(page: Page) -> str:
    """Write the page's record, texts verbatim. A bound that is infinite or no number is null: JSON has neither."""
    return json.dumps(_finite(to_document(page)), indent=2, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value
