"""The stand-in for actions/checkout, against its README."""

from __future__ import annotations

from tests.rehearsal.small_hub import SmallHub, one_job, results

CHECKOUT = "- uses: actions/checkout@{sha}\n"


def history(small: SmallHub, options: str = "") -> str:
    run = small.run(
        f"{CHECKOUT}{options}- run: echo commits=$(git rev-list --count HEAD) on=$(git branch --show-current)"
    )
    assert run["conclusion"] == "success", small.said(run)
    return small.said(run)


def test_one_commit_is_fetched_unless_more_are_asked_for(small: SmallHub) -> None:
    small.write({"first": "1"})
    assert "commits=1 on=main" in history(small)


def test_depth_zero_fetches_all_history(small: SmallHub) -> None:
    small.write({"first": "1"})
    assert "commits=2 on=main" in history(small, "  with: {fetch-depth: 0}\n")


def test_a_named_branch_is_checked_out(small: SmallHub) -> None:
    small.write({"file": "of another branch"}, branch="other")
    run = small.run(f"{CHECKOUT}  with: {{ref: other}}\n- run: cat file")
    assert "of another branch" in small.said(run)


def test_a_ref_that_is_not_there_fails(small: SmallHub) -> None:
    run = small.run(f"{CHECKOUT}  with: {{ref: nowhere}}")
    assert run["conclusion"] == "failure"
    assert "could not be found" in small.said(run)


def test_a_pull_request_gets_the_merge_of_head_and_base(small: SmallHub) -> None:
    small.write(
        {
            ".github/workflows/one.yml": one_job(
                f"{CHECKOUT}- run: cat mine theirs; git branch --show-current", on="pull_request"
            )
        }
    )
    small.write({"mine": "of the head\n"}, branch="head")
    small.clone.update("main")
    small.write({"theirs": "of the base\n"})
    (run,) = small.github.opened("head", "Add mine")
    assert results(run) == ["success", "success"], small.said(run)
    assert "of the head" in small.said(run)


def pushes(small: SmallHub, options: str, permissions: str) -> str:
    steps = f"{CHECKOUT}{options}- run: git -c user.name=a -c user.email=a@b.invalid commit -q --allow-empty -m more && git push -q origin HEAD:pushed"
    return str(small.run(steps, permissions=permissions)["conclusion"])


def test_persisted_credentials_and_the_right_to_write_let_a_later_step_push(small: SmallHub) -> None:
    assert pushes(small, "", "{contents: write}") == "success"
    assert small.github.repository.tip("pushed")


def test_without_persisted_credentials_a_push_fails(small: SmallHub) -> None:
    assert pushes(small, "  with: {persist-credentials: false}\n", "{contents: write}") == "failure"


def test_without_the_right_to_write_a_push_fails(small: SmallHub) -> None:
    assert pushes(small, "", "{contents: read}") == "failure"


def test_an_input_that_is_not_modelled_is_refused(small: SmallHub) -> None:
    run = small.run(f"{CHECKOUT}  with: {{lfs: true}}")
    assert "not modelled" in small.said(run)
    assert run["conclusion"] == "failure"


def test_a_package_of_the_rehearsals_name_in_the_jobs_folder_is_not_taken_for_the_stand_ins(small: SmallHub) -> None:
    small.write({"rehearsal/__init__.py": "raise SystemExit('the wrong one')"})
    run = small.run(f"{CHECKOUT}- uses: actions/cache/restore@{{sha}}\n  with: {{path: kept, key: data}}")
    assert results(run) == ["success", "success"], small.said(run)
