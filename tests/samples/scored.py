"""The same two rows in every wire format, and what the sample bundle says of them."""

from __future__ import annotations

import json
from typing import Any

from modelratchet.serving.app import App
from tests.samples.served import Answered, call

ROWS: list[dict[str, Any]] = [{"hour": 3.0, "carrier": "AA"}, {"hour": None, "carrier": "UA"}]
SPLIT = {"columns": ["carrier", "hour"], "data": [["AA", 3], ["UA", None]]}
LISTS = [[3, "AA"], [None, "UA"]]
COLUMNS = {"carrier": ["AA", "UA"], "hour": [3, None]}

BODIES: list[tuple[str, bytes]] = [
    *(
        ("application/json", json.dumps(document).encode())
        for document in (
            {"dataframe_split": SPLIT},
            {"dataframe_split": {**SPLIT, "index": [7, "b"]}},
            {"dataframe_split": {"data": LISTS}},
            {"dataframe_records": ROWS},
            {"instances": ROWS},
            {"instances": LISTS},
            {"instances": [ROWS[0], LISTS[1]]},
            {"instances": COLUMNS, "parameters": {"confidence": 0.5}},
            {"inputs": COLUMNS, "params": {}},
            {"inputs": ROWS},
            {"inputs": LISTS},
            {"input_data": SPLIT},
            {"input_data": LISTS},
        )
    ),
    ("application/json; charset=utf-8", json.dumps({"instances": ROWS}).encode()),
    ("text/csv", b"3,AA\n,UA\n"),
    ("text/csv", b'3,AA\r\n"","UA"'),
    ("text/csv", b"hour,carrier\n3.0,AA\n,UA\n"),
    ("text/csv", b"\xef\xbb\xbfcarrier,hour\nAA, 3e0\nUA,\n\n"),
    ("application/jsonlines", b'{"hour": 3, "carrier": "AA"}\n{"carrier": "UA", "hour": null}\n'),
    ("application/x-ndjson", b'[3, "AA"]\n\n[null, "UA"]'),
]


def score(
    app: App, body: bytes | Any, content_type: str = "application/json", path: str = "/invocations", **headers: str
) -> Answered:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return call(app, "POST", path, sent, {"content-type": content_type, **headers})
