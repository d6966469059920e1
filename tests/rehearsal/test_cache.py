"""The stand-ins for actions/cache, cache/restore and cache/save, against GitHub's rules for keys and scopes."""

from __future__ import annotations

from typing import Any

from tests.rehearsal.small_hub import SmallHub, one_job, results

SAVE = """\
- run: mkdir -p kept && echo {text} > kept/file
- uses: actions/cache/save@{sha}
  with: {{path: kept, key: {key}}}
"""
RESTORE = """\
- uses: actions/cache/restore@{{sha}}
  id: cache
  with:
    path: {path}
    key: {key}
    restore-keys: |
      {others}
- run: echo "hit=${{{{ steps.cache.outputs.cache-hit }}}} of=${{{{ steps.cache.outputs.cache-matched-key }}}}"
- run: cat kept/file || echo nothing there
"""


def save(small: SmallHub, key: str, text: str = "first") -> dict[str, Any]:
    return small.run(SAVE.format(key=key, text=text, sha="{sha}"))


def restored(small: SmallHub, key: str, others: str = "", path: str = "kept") -> str:
    run = small.run(RESTORE.format(key=key, others=others, path=path))
    assert run["conclusion"] == "success", small.said(run)
    return small.said(run)


def test_an_exact_key_is_a_hit(small: SmallHub) -> None:
    save(small, "data-1")
    said = restored(small, "data-1")
    assert "hit=true of=data-1" in said
    assert "first" in said


def test_an_entry_is_never_changed_and_saving_it_again_only_warns(small: SmallHub) -> None:
    save(small, "data-1", "first")
    again = save(small, "data-1", "second")
    assert again["conclusion"] == "success"
    assert "Unable to reserve cache" in small.said(again)
    assert "first" in restored(small, "data-1")


def test_the_newest_entry_that_begins_with_a_restore_key_is_taken_and_is_no_hit(small: SmallHub) -> None:
    save(small, "data-1", "older")
    save(small, "data-2", "newer")
    said = restored(small, "data-3", "data-")
    assert "hit=false of=data-2" in said
    assert "newer" in said


def test_restore_keys_are_tried_in_their_order(small: SmallHub) -> None:
    save(small, "data-a-1", "wanted")
    save(small, "data-b-1", "newer, of a later key")
    assert "of=data-a-1" in restored(small, "data-c", "data-a-\n      data-")


def test_nothing_found_is_a_miss_with_an_empty_hit(small: SmallHub) -> None:
    said = restored(small, "data-1", "data-")
    assert "hit= of=" in said
    assert "nothing there" in said


def test_an_entry_of_other_paths_is_not_found(small: SmallHub) -> None:
    save(small, "data-1")
    assert "hit= of=" in restored(small, "data-1", path="other")


def test_a_pull_request_reads_what_its_base_saved(small: SmallHub) -> None:
    save(small, "data-1", "of main")
    small.write(
        {".github/workflows/one.yml": one_job(RESTORE.format(key="data-1", others="", path="kept"), on="pull_request")},
        "head",
    )
    (run,) = small.github.opened("head", "Read")
    assert "hit=true of=data-1" in small.said(run)


def test_what_a_pull_request_saves_no_branch_and_no_other_pull_request_reads(small: SmallHub) -> None:
    small.write({"README": "."})
    small.write(
        {
            ".github/workflows/one.yml": one_job(
                SAVE.format(key="data-1", text="poison", sha="{sha}"), on="pull_request"
            )
        },
        "head",
    )
    (run,) = small.github.opened("head", "Poison the cache")
    assert run["conclusion"] == "success"
    assert "hit= of=" in restored(small, "data-1", "data-")
    small.write(
        {
            ".github/workflows/one.yml": one_job(
                RESTORE.format(key="data-1", others="data-", path="kept"), on="pull_request"
            )
        },
        "other",
    )
    (other,) = small.github.opened("other", "Read it")
    assert "hit= of=" in small.said(other)


def test_a_branch_does_not_read_what_another_branch_saved(small: SmallHub) -> None:
    small.write({"README": "."})
    small.push({".github/workflows/one.yml": one_job(SAVE.format(key="data-1", text="x", sha="{sha}"))}, "feature")
    assert "hit= of=" in restored(small, "data-1")


def test_the_whole_action_saves_after_a_job_that_went_well(small: SmallHub) -> None:
    use = (
        "- uses: actions/cache@{sha}\n  with: {path: kept, key: data-1}\n- run: mkdir -p kept && echo made > kept/file"
    )
    assert results(small.run(use)) == ["success", "success"]
    assert "hit=true" in restored(small, "data-1")


def test_the_whole_action_saves_nothing_after_a_job_that_failed(small: SmallHub) -> None:
    use = "- uses: actions/cache@{sha}\n  with: {path: kept, key: data-1}\n- run: mkdir -p kept && echo made > kept/file && exit 1"
    assert small.run(use)["conclusion"] == "failure"
    assert "hit= of=" in restored(small, "data-1")


def test_a_key_with_a_comma_is_refused(small: SmallHub) -> None:
    run = small.run("- uses: actions/cache/restore@{sha}\n  with: {path: kept, key: 'a,b'}")
    assert "Key Validation Error" in small.said(run)


ENVIRONMENT = """\
- run: python3 -m venv .venv && printf '#!%s\\nprint("it runs")\\n' "$PWD/.venv/bin/python" > .venv/bin/tool && chmod +x .venv/bin/tool
- uses: actions/cache/save@{sha}
  with: {path: .venv, key: environment}
"""
RESTORED = "- uses: actions/cache/restore@{sha}\n  with: {path: .venv, key: environment}\n"


def test_an_environment_runs_in_a_workspace_of_another_path(small: SmallHub) -> None:
    small.run(ENVIRONMENT)
    run = small.run(f"{RESTORED}- run: .venv/bin/tool")
    assert "it runs" in small.said(run)


def test_an_environment_that_a_job_wrote_into_is_not_restored_again(small: SmallHub) -> None:
    small.run(ENVIRONMENT)
    run = small.run(
        f"{RESTORED}- run: for script in .venv/bin/activate*; do echo more >> $script; done; echo more >> $(ls .venv/lib/python*/site-packages/pip/*.py | head -1)"
    )
    assert run["conclusion"] == "success"
    assert "was changed in place" in small.said(small.run(RESTORED))
