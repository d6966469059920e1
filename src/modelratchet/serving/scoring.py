"""The route that several platforms know under names of their own: rows in JSON, CSV or JSON Lines, read and written by media type.

SageMaker's and MLflow's `/invocations`, Azure ML's `/score` and Vertex AI's predict route are made here, so that one parser and one encoder
stand for each wire format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from modelratchet.serving.batches import Answer, Batch
from modelratchet.serving.encoders.accepting import HEADER_PRESENT, chosen
from modelratchet.serving.encoders.lines import CsvAnswers, JsonLinesAnswers
from modelratchet.serving.encoders.predictions import Predictions
from modelratchet.serving.exchange import JSON, Documentation, PredictionRoute, Request, Response, reader
from modelratchet.serving.parsers.csv_rows import CSV, CsvRows
from modelratchet.serving.parsers.frames import Frames
from modelratchet.serving.parsers.json_lines import JSON_LINES, MEDIA_TYPES, JsonLines
from modelratchet.serving.samples import columns_of, csv_lines, json_lines, sample_rows, split_of, write_json
from modelratchet.serving.served import Served

_CSV_WITH_HEADER = f"{CSV};{HEADER_PRESENT}"


class Scoring:
    """Reads and writes rows of one bundle in every format that these platforms have."""

    def __init__(self, served: Served) -> None:
        """Make the parsers and encoders, once for all routes."""
        schema, maximum_rows = served.schema, served.settings.maximum_rows
        lines = JsonLines(schema, maximum_rows)
        self._read = reader(
            {
                JSON: Frames(schema, maximum_rows),
                CSV: CsvRows(schema, maximum_rows),
                **dict.fromkeys(MEDIA_TYPES, lines),
            }
        )
        self._writers: Mapping[str, Callable[[Answer], bytes]] = {
            JSON: Predictions(schema),
            CSV: CsvAnswers(schema, has_header=False),
            _CSV_WITH_HEADER: CsvAnswers(schema, has_header=True),
            **dict.fromkeys(MEDIA_TYPES, JsonLinesAnswers(schema)),
        }
        self._offered = tuple(self._writers)
        self._served = served

    def read(self, request: Request) -> Batch:
        """The rows of a body, once it is known that the answer can be written.

        Raises:
            Problem: the body cannot be read, or no accepted format be written.
        """
        chosen(request.header(b"accept"), self._offered)
        return self._read(request)

    def write(self, answer: Answer, request: Request) -> Response:
        """The answer in the format that the caller likes best."""
        media_type = chosen(request.header(b"accept"), self._offered)
        return Response(200, media_type, self._writers[media_type](answer))

    def route(self, path: str, documentation: Documentation) -> PredictionRoute:
        """A row of the table."""
        return PredictionRoute(path, self.read, self.write, documentation)

    def documentation(self, summary: str, tag: str, *members: str) -> Documentation:
        """Of a route, with an example in each format.

        Args:
            summary: of the route.
            tag: the protocol's.
            members: those JSON forms that its callers use, the commonest first.
        """
        rows = sample_rows(self._served.schema)
        forms: Mapping[str, Any] = {
            "dataframe_split": split_of(rows),
            "dataframe_records": rows,
            "instances": rows,
            "inputs": columns_of(rows),
            "input_data": split_of(rows),
        }
        bodies = {member: write_json({member: forms[member]}) for member in members}
        first, *others = members
        requests = {
            JSON: bodies[first],
            **{f"{JSON};{member}": bodies[member] for member in others},
            CSV: csv_lines(rows),
            JSON_LINES: json_lines(rows),
        }
        offered = (JSON, CSV, JSON_LINES)
        return Documentation(
            summary, tag, requests, {name: self._writers[name](self._served.example) for name in offered}
        )
