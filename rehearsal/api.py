"""The one address of GitHub's REST API that the workflows ask: which open pull requests have a given head. Served for as long as a block runs.

Source: docs.github.com, REST API, "List pull requests": `head` filters by `user:ref-name`, `state` is open unless said otherwise.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rehearsal.events import REPOSITORY
from rehearsal.hub import Document, Hub


@contextmanager
def api_server(hub: Hub) -> Iterator[str]:
    """Serve a hub's pull requests on a free port; the address that GITHUB_API_URL gets."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(hub: Hub, address: str, token: str) -> tuple[int, Any]:
    """Status and document of one request."""
    parts = urlsplit(address)
    if parts.path != f"/repos/{REPOSITORY}/pulls":
        return 404, {"message": "Not Found"}
    if token not in {run["token"] for run in hub.runs()} | set(hub.app_tokens()):
        return 401, {"message": "Bad credentials"}
    query = parse_qs(parts.query)
    state, head = query.get("state", ["open"])[0], query.get("head", [""])[0]
    found = [
        _pull(each) for each in hub.pulls() if state in (each["state"], "all") and (not head or _label(each) == head)
    ]
    return 200, found


def _pull(found: Document) -> Document:
    block = {"ref": found["head"], "sha": found.get("head_commit", ""), "label": _label(found)}
    base = {"ref": found["base"], "repo": {"full_name": REPOSITORY}}
    return {"number": found["number"], "state": found["state"], "title": found["title"], "head": block, "base": base}


def _label(found: Document) -> str:
    return f"{found.get('head_repository', REPOSITORY).split('/')[0]}:{found['head']}"


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            token = self.headers.get("authorization", "").partition(" ")[2]
            status, document = answer(hub, self.path, token)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
