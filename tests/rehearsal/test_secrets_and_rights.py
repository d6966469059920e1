"""Who gets secrets, and what a job's token may do, against GitHub's documentation."""

from __future__ import annotations

from pathlib import Path

from rehearsal.github import Settings
from rehearsal.permissions import rights_of
from rehearsal.repository import Clone
from rehearsal.workflow_files import read_workflow
from tests.rehearsal.small_hub import SmallHub, one_job, with_settings

KNOWN = Settings(secrets={"KEY": "hush"}, variables={"PLACE": "here"})
SAY = '- run: test "$KEY" = "hush" && echo "it is known at ${{ vars.PLACE }}" || echo "it is not known"\n  env: {KEY: "${{ secrets.KEY }}"}'


def rights(folder: Path, text: str, *, from_fork: bool = False) -> dict[str, str]:
    path = folder / "one.yml"
    path.write_text(text)
    found = rights_of(read_workflow(path), {}, from_fork=from_fork)["one/only"]
    return {scope: right for scope, right in found.items() if right != "none"}


def test_a_push_gets_secrets_and_variables(small: SmallHub) -> None:
    known = with_settings(small, KNOWN)
    assert "it is known at here" in known.said(known.run(SAY))


def test_secrets_are_hidden_in_what_is_said(small: SmallHub) -> None:
    known = with_settings(small, KNOWN)
    assert "hush" not in known.said(known.run('- run: echo "${{ secrets.KEY }}"'))


def test_a_forks_pull_request_gets_no_secret(small: SmallHub, tmp_path: Path) -> None:
    known = with_settings(small, KNOWN)
    known.write({".github/workflows/one.yml": one_job(SAY, on="pull_request")})
    fork = tmp_path / "fork.git"
    Clone.of(known.hub.repository, fork)
    other = Clone.of(fork, tmp_path / "grace")
    (other.folder / "more").write_text("more")
    other.commit("More")
    other.push("theirs")
    (run,) = known.github.opened("theirs", "From a fork", fork=fork)
    assert run["from_fork"]
    assert "it is not known" in known.said(run)


def test_once_anything_is_named_the_rest_is_none(tmp_path: Path) -> None:
    assert rights(tmp_path, one_job("- run: 'true'", permissions="{issues: write}")) == {"issues": "write"}


def test_nothing_at_all_can_be_named(tmp_path: Path) -> None:
    assert rights(tmp_path, one_job("- run: 'true'", permissions="{}")) == {}


def test_a_job_says_more_than_its_workflow(tmp_path: Path) -> None:
    text = one_job("- run: 'true'", permissions="{}").replace(
        "    runs-on", "    permissions: {contents: read}\n    runs-on"
    )
    assert rights(tmp_path, text) == {"contents": "read"}


def test_a_forks_pull_request_writes_nothing(tmp_path: Path) -> None:
    assert rights(tmp_path, one_job("- run: 'true'", permissions="{contents: write}"), from_fork=True) == {
        "contents": "read"
    }


def test_a_called_workflow_has_at_most_its_callers_rights(tmp_path: Path) -> None:
    (tmp_path / "two.yml").write_text(
        one_job("- run: 'true'", permissions="{contents: write, packages: write}", on="workflow_call", name="two")
    )
    caller = "name: one\non: push\njobs: {call: {uses: ./.github/workflows/two.yml, permissions: {contents: read}}}\n"
    (tmp_path / "one.yml").write_text(caller)
    called = {"two.yml": read_workflow(tmp_path / "two.yml")}
    found = rights_of(read_workflow(tmp_path / "one.yml"), called, from_fork=False)["two/only"]
    assert (found["contents"], found["packages"]) == ("read", "none")
