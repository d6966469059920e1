"""The page at `/` for people: the schema as a form with a typical row, the answer, and the way to `/docs` and `/metrics`.

The form is made in the browser, of `/page/form.json`; what stands in it is untrusted, and becomes text only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from modelratchet.core.formats import encode
from modelratchet.serving.exchange import JSON, Route
from modelratchet.serving.samples import sample_rows, write_json
from modelratchet.serving.served import Served
from modelratchet.serving.static_files import CSS, FOLDER, HTML, POLICY, SCRIPT, file_route, static_route

_SCRIPTS = ("page.js", "fields.js", "answer.js", "element.js")
# with this, a browser that knows it refuses to make markup of a text, even if a script tried
_STRICT = f"{POLICY}; require-trusted-types-for 'script'; trusted-types 'none'"


def page_routes(served: Served) -> Sequence[Route]:
    """The page and its parts."""
    return (
        static_route("/", HTML, (FOLDER / "page.html").read_bytes, "A page to try the model by hand", _STRICT),
        file_route("/page/page.css", CSS, FOLDER / "page.css"),
        *(file_route(f"/page/{name}", SCRIPT, FOLDER / name) for name in _SCRIPTS),
        static_route("/page/form.json", JSON, partial(_form, served), "What the form is made of"),
    )


def _form(served: Served) -> bytes:
    """The model, and each column with what the field needs."""
    schema, settings = served.schema, served.settings
    typical = sample_rows(schema)[0]
    return write_json(
        {
            "model": served.model,
            "task": schema.task.value,
            "label": schema.label,
            "refuses": {"unseen_categories": settings.unseen_categories, "out_of_range": settings.out_of_range},
            "columns": [encode(column) | {"typical": typical[column.name]} for column in schema.columns],
        }
    )
