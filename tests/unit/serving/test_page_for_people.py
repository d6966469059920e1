"""The pages come from memory, with a policy that lets nothing else run, and nothing of theirs asks a third party."""

from __future__ import annotations

import re

import pytest

from modelratchet.serving.app import App
from modelratchet.serving.samples import sample_rows
from tests.samples.bundles import binary_bundle
from tests.samples.served import call, sample_app

PAGES = ("/", "/docs")


@pytest.fixture(scope="module")
def app() -> App:
    return sample_app()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_load_and_run_only_its_own_files(app: App, path: str) -> None:
    page = call(app, "GET", path)

    policy = page.headers["content-security-policy"]
    assert page.status == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", PAGES)
def test_what_a_page_names_is_served_here_and_nothing_stands_inline(app: App, path: str) -> None:
    text = call(app, "GET", path).body.decode()

    named = re.findall(r'(?:src|href)="(?!data:)(page/[^"]+|docs[^"]*)"', text)
    assert len(named) >= 3
    assert {call(app, "GET", f"/{name}").status for name in named} == {200}
    assert not re.search(r"<style|<script(?![^>]*src=)|\son\w+=|style=|https?:", text)


def test_an_unchanged_file_is_not_sent_again(app: App) -> None:
    tag = call(app, "GET", "/page/page.js").headers["etag"]

    for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = call(app, "GET", "/page/page.js", headers={"if-none-match": given})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        assert "content-length" not in again.headers
    for given in ('"x"', "", tag.strip('"')):
        assert call(app, "GET", "/page/page.js", headers={"if-none-match": given}).status == 200


def test_the_form_has_each_column_with_a_typical_value(app: App) -> None:
    form = call(app, "GET", "/page/form.json").document

    schema = binary_bundle().schema
    assert {column["name"]: column["typical"] for column in form["columns"]} == sample_rows(schema)[0]
    assert form["model"]["bundle"] == binary_bundle().digest
    assert form["refuses"] == {"unseen_categories": "allow", "out_of_range": "allow"}


def test_no_script_of_ours_makes_markup_of_a_text(app: App) -> None:
    for name in ("page", "fields", "answer", "element"):
        script = call(app, "GET", f"/page/{name}.js").body.decode()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(", script)
