"""The stand-ins for actions/upload-artifact and actions/download-artifact, against their READMEs."""

from __future__ import annotations

from tests.rehearsal.small_hub import SmallHub, one_job, results

UPLOAD = "- uses: actions/upload-artifact@{sha}\n  with: "
DOWNLOAD = "- uses: actions/download-artifact@{sha}\n  with: "


def files_of(small: SmallHub, steps: str, name: str = "made") -> list[str]:
    run = small.run(steps)
    assert run["conclusion"] == "success", small.said(run)
    folder = small.hub.artifacts(run["id"])[name]
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_one_folder_is_the_top_of_the_artifact(small: SmallHub) -> None:
    assert files_of(small, f"- run: mkdir -p a/b && touch a/b/one a/two\n{UPLOAD}{{name: made, path: a}}") == [
        "b/one",
        "two",
    ]


def test_several_paths_begin_at_the_lowest_folder_above_all(small: SmallHub) -> None:
    found = files_of(small, f'- run: mkdir -p a b && touch a/one b/two\n{UPLOAD}{{name: made, path: "a\\nb"}}')
    assert found == ["a/one", "b/two"]


def test_a_path_that_brings_no_file_counts_for_where_the_layout_begins(small: SmallHub) -> None:
    found = files_of(small, f'- run: mkdir -p a/b && touch a/b/one\n{UPLOAD}{{name: made, path: "a/b\\na/c"}}')
    assert found == ["b/one"]


def test_hidden_files_are_left_out_unless_asked_for(small: SmallHub) -> None:
    make = "- run: mkdir -p a && touch a/.hidden a/seen\n"
    assert files_of(small, f"{make}{UPLOAD}{{name: made, path: a}}") == ["seen"]
    assert files_of(small, f"{make}{UPLOAD}{{name: made, path: a, include-hidden-files: true}}") == [".hidden", "seen"]


def test_a_name_is_used_once_in_a_run(small: SmallHub) -> None:
    run = small.run(f"- run: touch a b\n{UPLOAD}{{name: made, path: a}}\n{UPLOAD}{{name: made, path: b}}")
    assert results(run) == ["success", "success", "failure"]
    assert "(409) Conflict" in small.said(run)


def test_overwriting_is_possible_when_asked_for(small: SmallHub) -> None:
    steps = f"- run: touch a b\n{UPLOAD}{{name: made, path: a}}\n{UPLOAD}{{name: made, path: b, overwrite: true}}"
    assert files_of(small, steps) == ["b"]


def test_no_file_is_a_warning_unless_it_is_to_be_an_error(small: SmallHub) -> None:
    assert results(small.run(f"{UPLOAD}{{name: made, path: nothing}}")) == ["success"]
    assert results(small.run(f"{UPLOAD}{{name: made, path: nothing, if-no-files-found: error}}")) == ["failure"]


def test_permissions_are_lost(small: SmallHub) -> None:
    run = small.run(
        f"- run: touch a && chmod +x a\n{UPLOAD}{{name: made, path: a}}\n{DOWNLOAD}{{name: made, path: b}}\n- run: test -f b/a && test ! -x b/a"
    )
    assert results(run)[-1] == "success"


def test_without_a_name_each_artifact_gets_a_folder(small: SmallHub) -> None:
    make = f"- run: touch a b\n{UPLOAD}{{name: one, path: a}}\n{UPLOAD}{{name: two, path: b}}\n"
    assert (
        results(small.run(f"{make}{DOWNLOAD}{{path: all}}\n- run: test -f all/one/a -a -f all/two/b"))[-1] == "success"
    )
    assert (
        results(small.run(f"{make}{DOWNLOAD}{{path: all, merge-multiple: true}}\n- run: test -f all/a -a -f all/b"))[-1]
        == "success"
    )


def test_a_name_that_is_not_there_fails(small: SmallHub) -> None:
    run = small.run(f"{DOWNLOAD}{{name: made}}")
    assert "Artifact not found for name: made" in small.said(run)
    assert run["conclusion"] == "failure"


def test_a_pattern_that_nothing_matches_is_no_failure(small: SmallHub) -> None:
    run = small.run(f"{DOWNLOAD}{{pattern: made, merge-multiple: true, path: made}}\n- run: test ! -e made/a")
    assert results(run)[-1] == "success"


def other_run(small: SmallHub, options: str, permissions: str) -> str:
    made = small.run(f"- run: echo of another run > a\n{UPLOAD}{{name: made, path: a}}")
    steps = f"{DOWNLOAD}{{name: made, run-id: {made['id']}{options}}}\n- run: cat a"
    (run,) = small.push({".github/workflows/one.yml": one_job(steps, permissions)})
    return str(run["conclusion"])


TOKEN = ', github-token: "${{ github.token }}"'


def test_another_run_is_read_with_a_token_that_may_read_actions(small: SmallHub) -> None:
    assert other_run(small, TOKEN, "{actions: read}") == "success"


def test_another_run_is_not_read_without_a_token(small: SmallHub) -> None:
    assert other_run(small, "", "{actions: read}") == "failure"


def test_another_run_is_not_read_without_the_right(small: SmallHub) -> None:
    assert other_run(small, TOKEN, "{contents: read}") == "failure"
