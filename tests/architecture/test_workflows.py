"""The workflows have no logic of their own: every step is a command that a person can type, or an action of a known commit."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import click
import pytest

from modelratchet.cli.main import cli
from tests.architecture.workflow_files import (
    FILES,
    ROOT,
    Job,
    commands,
    job,
    jobs,
    words,
    workflow,
    workflows,
)

USES = re.compile(r"uses: (?P<action>\S+?)@(?P<commit>\S+)(?P<comment>.*)")
ACTIONS = {
    "actions/attest-build-provenance",
    "actions/cache/restore",
    "actions/cache/save",
    "actions/checkout",
    "actions/create-github-app-token",
    "actions/download-artifact",
    "actions/setup-python",
    "actions/upload-artifact",
    "aws-actions/configure-aws-credentials",
    "docker/login-action",
    "marocchino/sticky-pull-request-comment",
    "peter-evans/create-pull-request",
    "peter-evans/enable-pull-request-automerge",
}
MAXIMUM_MINUTES = 180


def _uses() -> list[tuple[str, re.Match[str]]]:
    return [
        (path.name, found)
        for path in FILES
        for line in path.read_text().splitlines()
        if (found := USES.search(line)) and not line.lstrip().startswith("#")
    ]


@pytest.mark.parametrize(("where", "command"), [*commands()])
def test_a_step_is_one_command_of_make_or_ratchet(where: str, command: str) -> None:
    assert "\n" not in command.strip()
    assert not set(command) & set(";&|><`()")
    assert words(command)[0] in {"make", "ratchet"}


@pytest.mark.parametrize("found", [item for item in jobs() if item.steps], ids=str)
def test_any_exit_code_but_0_makes_a_job_red(found: Job) -> None:
    """1 is a verdict's, 70 a bug's: neither passes for 0."""
    assert not [part for part in (found.data, *found.steps) if "continue-on-error" in part]


def test_random_examples_are_tried_every_night() -> None:
    assert "make test-random" in [command for where, command in commands() if where.startswith("nightly")]


@pytest.mark.parametrize(("where", "command"), [item for item in commands() if item[1].startswith("make ")])
def test_a_target_of_make_is_there(where: str, command: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert words(command)[1:]
    assert set(words(command)[1:]) <= set(targets)


@pytest.mark.parametrize(("where", "command"), [item for item in commands() if item[1].startswith("ratchet ")])
def test_a_command_of_ratchet_takes_what_it_is_given(where: str, command: str) -> None:
    context = click.Context(cli, info_name="ratchet")
    found: click.Command = cli
    rest = words(command)[1:]
    while isinstance(found, click.Group) and rest and not rest[0].startswith("-"):
        group, name = found, rest[0]
        inner = group.get_command(context, name)
        assert inner is not None, f"no command {name}"
        found, rest, context = inner, rest[1:], click.Context(inner, parent=context, info_name=name)
    _, unknown, _ = found.make_parser(context).parse_args(list(rest))
    assert not unknown
    assert not isinstance(found, click.Group)


@pytest.mark.parametrize(("where", "command"), [*commands()])
def test_no_expression_is_pasted_into_a_command(where: str, command: str) -> None:
    assert "${{" not in command


def test_every_action_is_known_and_named_by_commit_and_version() -> None:
    for name, found in _uses():
        assert re.fullmatch(r"[0-9a-f]{40}", found["commit"]), (name, found[0])
        assert re.match(r" # v\d+\.\d+\.\d+\b", found["comment"]), (name, found[0])
    assert {found["action"] for _, found in _uses()} == ACTIONS


def test_an_action_has_one_commit_and_version_everywhere() -> None:
    pins = {(found["action"].split("/")[1], found["commit"], found["comment"].split()[1]) for _, found in _uses()}
    assert len(pins) == len({action for action, _, _ in pins})


@pytest.mark.parametrize("command", ["make test", "make rehearse"])
def test_what_starts_programs_comes_after_what_installs_them(command: str) -> None:
    """A hosted runner lacks `docker-registry`: every story would fail there, and tests of images skip unseen."""
    (steps,) = [runs for item in jobs() if command in (runs := [step.get("run") for step in item.steps])]

    assert "make programs" in steps[: steps.index(command)]
    assert "docker-registry" in (ROOT / ".ci" / "programs").read_text()


@pytest.mark.parametrize("found", jobs(), ids=str)
def test_a_job_ends_in_time(found: Job) -> None:
    assert found.is_call or 1 <= found.data["timeout-minutes"] <= MAXIMUM_MINUTES


@pytest.mark.parametrize("found", [item for item in jobs() if not item.is_call], ids=str)
def test_a_job_runs_on_a_named_release_of_the_runner(found: Job) -> None:
    assert found.data["runs-on"] == "ubuntu-24.04"


@pytest.mark.parametrize("found", [item for item in jobs() if item.steps], ids=str)
def test_every_checkout_forgets_the_token(found: Job) -> None:
    assert found.using("actions/checkout")
    assert all(step["with"]["persist-credentials"] is False for step in found.using("actions/checkout"))


@pytest.mark.parametrize("name", ["ci", "model"])
def test_the_required_check_waits_for_every_other_job(name: str) -> None:
    required = job(name, "required")

    assert set(required.data["needs"]) == set(workflow(name)["jobs"]) - {"required"}
    assert required.data["if"] == "always()"
    assert required.steps[-1] == {"run": "make required", "env": {"RESULTS": "${{ join(needs.*.result, ' ') }}"}}


@pytest.mark.parametrize("name", ["ci", "model"])
def test_a_job_may_be_left_out_only_by_what_changed_or_where_it_is_not_wanted(name: str) -> None:
    """A skipped job counts as passed, so what may skip it is told here, all of it."""
    conditions = {found: data.get("if") for found, data in workflow(name)["jobs"].items() if found != "required"}
    code, model = "needs.changes.outputs.code == 'true'", "needs.changes.outputs.model == 'true'"
    main = "github.ref == 'refs/heads/main' && vars.MLFLOW_TRACKING_URI != ''"
    expected: dict[str, dict[str, Any]] = {
        "ci": {"changes": None, "docs": "needs.changes.outputs.code == 'false'"}
        | dict.fromkeys(("check", "test", "wheel", "audit"), code),
        "model": {
            "changes": None,
            "pipeline": model,
            "promote": main,
            "image": "vars.RATCHET_IMAGE_REPOSITORY != ''",
        },
    }
    assert conditions == expected[name]


def test_tests_run_on_every_python_that_is_promised() -> None:
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    promised = [item.rsplit(" ", 1)[1] for item in classifiers if re.search(r":: 3\.\d+$", item)]

    assert job("ci", "test").data["strategy"]["matrix"]["python"] == promised


def test_a_called_workflow_gets_what_it_asks_for() -> None:
    for found in jobs():
        if found.is_call:
            called = workflow(found.data["uses"].rsplit("/", 1)[1].removesuffix(".yml"))["on"]["workflow_call"]
            assert set(found.data["with"]) == set(called["inputs"])
            assert set(found.data["secrets"]) == set(called["secrets"])


def test_every_output_of_a_workflow_or_a_job_is_one_of_a_step() -> None:
    for found in jobs():
        steps = {step.get("id") for step in found.steps}
        outputs = found.data.get("outputs", {}).values()
        named = {re.fullmatch(r"\$\{\{ steps\.(\w+)\.outputs\.\w+ \}\}", value) for value in outputs}
        assert all(match and match[1] in steps for match in named), str(found)


def test_the_page_on_ci_names_every_workflow() -> None:
    page = (ROOT / "docs" / "how-to" / "ci.md").read_text()
    assert not [name for name in workflows() if f"`{name}.yml`" not in page]


def test_the_page_on_ci_names_every_variable_and_secret() -> None:
    page = (ROOT / "docs" / "how-to" / "ci.md").read_text()
    asked = {name for path in FILES for name in re.findall(r"(?:vars|secrets)\.(\w+)", path.read_text())}
    assert not sorted(name for name in asked if f"`{name}`" not in page)
