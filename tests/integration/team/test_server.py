"""`ratchet` against a team's server: the same answers as before the move, users told apart, nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.registry import MlflowRegistry
from modelratchet.adapters.mlflow.store import connect
from modelratchet.errors import InputError
from modelratchet.usecases.ports.registry import RunPages
from tests.mlflow_stores import served_store
from tests.samples.candidates import MODEL, bundle, candidate
from tests.samples.mlflow_contents import contents_of
from tests.samples.promotions import judged
from tests.samples.recorded import recorded_candidate
from tests.samples.teams import Said
from tests.team_registry import HOST, TeamRegistry, skip_reason, team_registry

pytestmark = pytest.mark.integration

Become = Callable[..., None]
ANSWERS = ("verify --key key.pub", "history", "champion --at 2026-11-24")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamRegistry]:
    if skip_reason():
        pytest.skip(skip_reason())
    with team_registry(tmp_path_factory.mktemp("team")) as made:
        yield made


@pytest.fixture(scope="module")
def before(made_once: Path, server: TeamRegistry) -> dict[str, str]:
    """What `ratchet` said of the old store, which is moved to the server then."""
    import contextlib
    import io

    from modelratchet.cli.main import main

    said = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made_once)
        for name, value in server.objects.environment.items():
            patch.setenv(name, value)
        for command in ANSWERS:
            with contextlib.redirect_stdout(io.StringIO()) as output:
                main([*command.split(), "--json"])
            said[command] = output.getvalue()
        assert main(["registry", "migrate", "--to", server.database, "--artifacts", server.artifacts]) == 0
    return said


@pytest.fixture
def user(before: dict[str, str], server: TeamRegistry, made_once: Path, monkeypatch: pytest.MonkeyPatch) -> Become:
    """Become a user of the server, in the project's folder, with no key of the object store."""
    monkeypatch.chdir(made_once)

    def become(name: str, **other: str) -> None:
        for variable, value in {**server.environment(name), **other}.items():
            monkeypatch.setenv(variable, value)

    return become


@pytest.mark.parametrize("name", ["admin", "ci", "reader"])
@pytest.mark.parametrize("command", ANSWERS)
def test_every_user_is_told_what_the_old_store_told(
    command: str, name: str, user: Become, before: dict[str, str], ratchet: Said
) -> None:
    user(name)

    assert ratchet(*command.split(), "--json")[1] == before[command]


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"MLFLOW_TRACKING_USERNAME": ""}, "MLFLOW_TRACKING_USERNAME is not set"),
        ({"MLFLOW_TRACKING_PASSWORD": ""}, "MLFLOW_TRACKING_PASSWORD is not set"),
        ({"MLFLOW_TRACKING_PASSWORD": "not-the-right-one"}, "is wrong, or there is no such user"),
        ({"MLFLOW_TRACKING_USERNAME": "nobody-of-us"}, "is wrong, or there is no such user"),
    ],
)
@pytest.mark.parametrize("command", ["champion", "verify", "override 2 --reason because"])
def test_whom_the_server_does_not_know_is_told_what_to_set(
    command: str, other: dict[str, str], found: str, user: Become, ratchet: Said
) -> None:
    user("ci", **other)

    code, out, said = ratchet(*command.split())

    assert (code, out) == (2, "")
    assert found in said
    assert len(said.strip().splitlines()) == 2
    assert "not-the-right-one" not in said


@pytest.mark.parametrize("command", ["override 2 --reason because", "anchor 1 --reason because"])
def test_reader_is_told_so_and_leaves_nothing(
    command: str, user: Become, server: TeamRegistry, tmp_path: Path, ratchet: Said
) -> None:
    user("reader")
    held = contents_of(connect(server.address(tmp_path)))

    code, _, said = ratchet(*command.split())

    assert code == 2
    assert "does not let the user 'reader' store the event" in said
    assert contents_of(connect(server.address(tmp_path))) == held


def test_reader_records_nothing(user: Become, server: TeamRegistry, tmp_path: Path) -> None:
    user("reader")
    held = contents_of(connect(server.address(tmp_path)))

    with pytest.raises(InputError, match="does not let the user 'reader'"):
        recorded_candidate(MlflowRegistry(server.address(tmp_path)), tmp_path / "c", 0.7)

    assert contents_of(connect(server.address(tmp_path))) == held


def test_who_may_write_runs_but_no_versions_leaves_no_open_run(
    user: Become, server: TeamRegistry, tmp_path: Path, ratchet: Said
) -> None:
    user("admin")
    made = json.loads(ratchet("registry", "user", "half", "--may", "read", "--json")[1])
    allow(server, "half", connect(server.address(tmp_path)).get_experiment_by_name(MODEL).experiment_id)
    user("reader", MLFLOW_TRACKING_USERNAME="half", MLFLOW_TRACKING_PASSWORD=made["password"])

    with pytest.raises(InputError, match="does not let the user 'half' record"):
        recorded_candidate(MlflowRegistry(server.address(tmp_path)), tmp_path / "c", 0.8)

    left = connect(server.address(tmp_path)).search_runs(["1"], "attributes.status = 'RUNNING'")
    assert list(left) == []


def test_ci_records_and_its_version_is_the_next(user: Become, server: TeamRegistry, tmp_path: Path) -> None:
    user("ci")

    version, _ = recorded_candidate(MlflowRegistry(server.address(tmp_path)), tmp_path / "c", 0.9)

    assert version.version == "3"
    place = connect(server.address(tmp_path)).get_run(version.run_id).info.artifact_uri
    assert place == f"mlflow-artifacts:/1/{version.run_id}/artifacts"


def test_page_longer_than_postgres_takes_is_recorded_and_its_note_is_whole(
    user: Become, server: TeamRegistry, tmp_path: Path
) -> None:
    user("ci")
    made = bundle(1.5)
    long = RunPages("\n\n".join(["# PROMOTE", "größe " * 500, "two " * 500, "three " * 400]), {})
    usual = candidate(tmp_path, judged(made)[1].digest, made)

    version = MlflowRegistry(server.address(tmp_path)).record(replace(usual, pages=lambda place: long))

    client = connect(server.address(tmp_path))
    assert client.get_run(version.run_id).data.tags["mlflow.note.content"] == long.note
    assert client.get_model_version(MODEL, version.version).description.endswith("in the note of its run.")


def test_rights_are_given_changed_and_taken_away(user: Become, ratchet: Said) -> None:
    user("admin")
    made = json.loads(ratchet("registry", "user", "ann", "--may", "read", "--json")[1])
    again = json.loads(ratchet("registry", "user", "ann", "--may", "nothing", "--json")[1])
    user("ci", MLFLOW_TRACKING_USERNAME="ann", MLFLOW_TRACKING_PASSWORD=made["password"])

    assert (made["is_new"], again["is_new"], again["password"]) == (True, False, None)
    assert "does not let the user 'ann'" in ratchet("champion")[2]


def test_who_administers_is_given_and_taken_no_right(user: Become, ratchet: Said) -> None:
    user("admin")

    code, out, said = ratchet("registry", "user", "admin", "--may", "nothing")

    assert (code, out) == (2, "")
    assert "'admin' administers the server" in said


@pytest.mark.parametrize("name", ["", " ", "a:b", "two\nlines"])
def test_name_that_nobody_could_log_in_with_is_refused(name: str, user: Become, ratchet: Said) -> None:
    user("admin")

    assert ratchet("registry", "user", name, "--may", "read")[0] == 2


def test_server_without_users_says_so(tmp_path: Path, ratchet: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    with served_store(tmp_path) as address:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address.uri)

        code, _, said = ratchet("registry", "user", "ci", "--may", "write")

    assert code == 2
    assert "has no users" in said


def test_only_who_administers_lets_users_in(user: Become, ratchet: Said) -> None:
    user("ci")

    code, out, said = ratchet("registry", "user", "friend", "--may", "write")

    assert (code, out) == (2, "")
    assert "does not let the user 'ci'" in said


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("Host", HOST, 200),
        ("Host", "evil.example.org", 403),
        ("Origin", f"https://{HOST}", 200),
        ("Origin", "https://evil.example.org", 403),
    ],
)
def test_server_answers_to_its_name_and_its_pages_alone(
    header: str, value: str, expected: int, server: TeamRegistry
) -> None:
    import requests

    variables = server.environment("ci")
    who = (variables["MLFLOW_TRACKING_USERNAME"], variables["MLFLOW_TRACKING_PASSWORD"])
    address = f"{server.uri}/api/2.0/mlflow/experiments/search"
    reply = requests.post(address, json={"max_results": 1}, auth=who, headers={header: value}, timeout=60)

    assert reply.status_code == expected


def test_name_that_the_server_does_not_answer_to_is_said(user: Become, server: TeamRegistry, ratchet: Said) -> None:
    user("ci", MLFLOW_TRACKING_URI=server.uri.replace("127.0.0.1", "localhost"))

    code, _, said = ratchet("champion")

    assert code == 2
    assert "does not answer to that name" in said


def allow(server: TeamRegistry, name: str, experiment: str) -> None:
    """Let a user write to one experiment, which no command of ours does."""
    import requests

    variables = server.environment("admin")
    who = (variables["MLFLOW_TRACKING_USERNAME"], variables["MLFLOW_TRACKING_PASSWORD"])
    wanted = {"username": name, "resource_type": "experiment", "resource_id": experiment, "permission": "MANAGE"}
    reply = requests.post(f"{server.uri}/api/3.0/mlflow/users/permissions/grant", json=wanted, auth=who, timeout=60)
    reply.raise_for_status()
