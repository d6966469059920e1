"""What is being tested: a server, the schema of its model, and the answers that all protocols have to agree on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelratchet.conformance.answers import Scored
from modelratchet.conformance.endpoint import Endpoint
from modelratchet.core.formats import from_document
from modelratchet.core.schema import Schema
from modelratchet.errors import EvidenceError, InputError

SCHEMA_PATH = "/schema"


@dataclass(frozen=True)
class VertexRoutes:
    """The paths that Vertex AI chose; empty where it did not."""

    health: str = ""
    predict: str = ""


@dataclass(frozen=True)
class Subject:
    """`limits` are how many rows and bytes a request may have, as far as the server says so. `reference` are the answers to the probe rows."""

    endpoint: Endpoint
    schema: Schema
    name: str
    version: str
    limits: Mapping[str, int]
    rows: Sequence[Mapping[str, Any]]
    vertex: VertexRoutes = field(default_factory=VertexRoutes)
    reference: Sequence[Scored] = ()


def described(endpoint: Endpoint, schema_file: Path | None) -> tuple[Schema, str, str, Mapping[str, int]]:
    """The schema, the model's name and version, and the limits.

    Args:
        endpoint: is asked for `/schema`.
        schema_file: a bundle's `schema.json`, where the server has no such route.

    Raises:
        InputError: neither is there.
        EvidenceError: what is there is no schema.
        EndpointError: the server is not there.
    """
    if schema_file is not None:
        try:
            schema = from_document(Schema, json.loads(schema_file.read_bytes()), str(schema_file))
        except (ValueError, TypeError) as error:
            raise EvidenceError(
                f"{schema_file} holds no schema: {error}", hint="Name a bundle's schema.json."
            ) from error
        return schema, schema.model, "", {}
    heard = endpoint.call("GET", SCHEMA_PATH)
    if heard.status != 200:
        raise InputError(
            f"{endpoint.url}{SCHEMA_PATH} answers {heard.status}, so that what the model takes is not known",
            hint="Name the bundle's schema: --schema BUNDLE/schema.json",
        )
    try:
        document = heard.document
        schema = from_document(Schema, document["schema"], SCHEMA_PATH)
        return schema, str(document["model"]["name"]), str(document["model"]["version"]), document.get("limits", {})
    except (ValueError, KeyError, TypeError) as error:
        raise EvidenceError(f"{endpoint.url}{SCHEMA_PATH} answers with no schema: {heard.said}") from error
