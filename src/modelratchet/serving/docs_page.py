"""`/docs` and `/docs.json`: every route, for people and for programs.

The page is Swagger UI out of BentoML's package, found without importing that: it takes seconds and some 60 MB. BentoML's own page asks a
third party for scripts; this one asks nobody.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

from modelratchet.serving.exchange import JSON, Route
from modelratchet.serving.openapi import AnyRoute, openapi_document
from modelratchet.serving.samples import write_json
from modelratchet.serving.served import Served
from modelratchet.serving.static_files import CSS, FOLDER, HTML, SCRIPT, file_route, static_route


def docs_routes(table: Callable[[], Sequence[AnyRoute]], served: Served) -> Sequence[Route]:
    """The page, its parts and the document.

    Args:
        table: every route of the server, these among them; asked when the document is.
        served: the model.
    """
    swagger = _swagger_folder()
    return (
        static_route(
            "/docs.json", JSON, lambda: write_json(openapi_document(table(), served)), "This document, OpenAPI 3.1"
        ),
        static_route("/docs", HTML, (FOLDER / "docs.html").read_bytes, "All routes, for people"),
        file_route("/page/docs.js", SCRIPT, FOLDER / "docs.js"),
        file_route("/page/swagger-ui.css", CSS, swagger / "swagger-ui.css"),
        file_route("/page/swagger-ui-bundle.js", SCRIPT, swagger / "swagger-ui-bundle.js"),
    )


def _swagger_folder() -> Path:
    """Where BentoML has it; to look for a package does not import it."""
    found = importlib.util.find_spec("bentoml")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("bentoml is not installed; the requirements of the image name it")
    return Path(found.origin).parent / "_internal" / "server" / "static_content"
