"""The rows that peers with pydantic take: one typed field a column, null for a missing value."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, create_model

SCHEMA = json.loads(Path(os.environ["PEER_MODEL"], "bundle", "schema.json").read_text())
_KINDS: dict[str, Any] = {"numeric": float | None, "categorical": str | None}

_fields: dict[str, Any] = {column["name"]: (_KINDS[column["kind"]], ...) for column in SCHEMA["columns"]}
Row: Any = create_model("Row", **_fields)


class Rows(BaseModel):
    """What is posted."""

    rows: list[Row]
