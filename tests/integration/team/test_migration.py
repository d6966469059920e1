"""`ratchet registry migrate` on a real PostgreSQL and an S3 store: all arrives, or nothing does."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from modelratchet.adapters.mlflow.store import connect
from tests.mlflow_stores import sqlite_store
from tests.samples.mlflow_contents import contents_of, files_of
from tests.samples.teams import Said, Team

pytestmark = pytest.mark.integration


def test_all_that_mlflow_tells_is_the_same_afterwards(project: Path, blank: Team, ratchet: Said) -> None:
    code, _, said = ratchet("registry", "migrate", *blank.options)

    assert code == 0, said
    old, new = connect(sqlite_store(project)), connect(blank.address)
    assert contents_of(new) == contents_of(old)
    assert len(contents_of(old)["metrics"]) > 3000


def test_all_files_are_the_same_afterwards(project: Path, team: Team, ratchet: Said) -> None:
    code, out, _ = ratchet("registry", "migrate", *team.options, "--json")

    found = files_of(connect(team.address))
    assert code == 0
    assert found == files_of(connect(sqlite_store(project)))
    assert json.loads(out)["n_files"] > 30


@pytest.mark.parametrize("command", ["verify --key key.pub", "history", "champion", "champion --at 2026-11-24"])
def test_ratchet_says_the_same_of_both(
    command: str, project: Path, team: Team, ratchet: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ratchet(*command.split(), "--json")
    assert ratchet("registry", "migrate", *team.options)[0] == 0

    monkeypatch.setenv("MLFLOW_TRACKING_URI", team.address.uri)
    monkeypatch.setenv("MLFLOW_DEFAULT_ARTIFACT_ROOT", team.bucket)

    assert before[0] == 0
    assert ratchet(*command.split(), "--json") == before


def test_what_comes_afterwards_gets_numbers_of_its_own(project: Path, team: Team, ratchet: Said) -> None:
    old = connect(sqlite_store(project))
    assert ratchet("registry", "migrate", *team.options)[0] == 0

    new = connect(team.address)
    highest = max(int(experiment.experiment_id) for experiment in old.search_experiments(view_type=3))
    assert int(new.create_experiment("the next one")) == highest + 1
    assert new.create_model_version("other-model", source="models:/flights-late/1").version == 4


def test_second_call_has_nothing_to_do_even_where_the_team_went_on(project: Path, team: Team, ratchet: Said) -> None:
    ratchet("registry", "migrate", *team.options)
    connect(team.address).create_experiment("of the team")

    code, out, _ = ratchet("registry", "migrate", *team.options, "--json")

    assert (code, json.loads(out)["outcome"]) == (0, "nothing to do")


def test_dry_run_writes_nothing_and_counts_all(project: Path, blank: Team, ratchet: Said) -> None:
    code, out, _ = ratchet("registry", "migrate", *blank.options, "--dry-run", "--json")

    assert (code, json.loads(out)["outcome"]) == (0, "would be migrated")
    assert json.loads(out)["rows"]["metrics"] > 3000
    assert (blank.tables, blank.n_objects) == (set(), 0)


def test_database_that_is_in_use_is_refused_and_left_alone(project: Path, team: Team, ratchet: Said) -> None:
    connect(team.address).create_registered_model("somebody-elses")

    code, _, said = ratchet("registry", "migrate", *team.options)

    assert code == 2
    assert "1 rows of registered_models" in said
    assert team.n_objects == 0


def test_old_store_that_was_used_after_it_was_moved_is_told_from_what_was_moved(
    project: Path, team: Team, ratchet: Said
) -> None:
    ratchet("registry", "migrate", *team.options)
    connect(sqlite_store(project)).create_experiment("made too late")

    code, _, said = ratchet("registry", "migrate", *team.options)

    assert code == 2
    assert "which was not the same" in said


def test_move_with_its_files_elsewhere_is_not_taken_for_done(project: Path, team: Team, ratchet: Said) -> None:
    through_the_server = [option for option in team.options if option != "--direct"]
    ratchet("registry", "migrate", *through_the_server)

    code, _, said = ratchet("registry", "migrate", *through_the_server, "--artifacts", f"{team.bucket}/the-right-one")

    assert code == 2
    assert f"with its files in {team.bucket}/mlflow" in said


def test_folder_is_named_as_the_server_finds_it(project: Path, team: Team, ratchet: Said) -> None:
    code, _, said = ratchet("registry", "migrate", *team.options, "--artifacts", "../shared")

    assert code == 0, said
    run = connect(team.address).search_runs(["1"], max_results=1)[0]
    assert run.info.artifact_uri.startswith(f"{project.parent / 'shared'}/1/")
    assert files_of(connect(team.address)) == files_of(connect(sqlite_store(project)))


def test_version_whose_files_are_gone_is_said(project: Path, team: Team, ratchet: Said) -> None:
    source = Path(connect(sqlite_store(project)).get_model_version("flights-late", "1").source)
    shutil.rmtree(source)

    code, _, said = ratchet("registry", "migrate", *team.options)

    assert code == 2
    assert f"model_versions.source names {source}, which is not there" in said


def test_database_of_something_else_is_refused_and_left_alone(project: Path, team: Team, ratchet: Said) -> None:
    with closing(sqlite3.connect(project / "notes.db")) as link, link:
        link.execute("CREATE TABLE notes (text)")

    assert ratchet("registry", "migrate", *team.options, "--from", "notes.db", "--dry-run")[0] == 2

    with closing(sqlite3.connect(project / "notes.db")) as link:
        assert link.execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)]


def test_files_of_somebody_else_are_never_written_over(project: Path, team: Team, ratchet: Said) -> None:
    team.objects.client().put_object(Bucket=team.bucket[5:], Key="mlflow/1/theirs/artifacts/model.onnx", Body=b"theirs")

    code, _, said = ratchet("registry", "migrate", *team.options)

    assert code == 2
    assert "/mlflow/1/theirs is there already" in said
    assert team.n_objects == 1


def test_all_that_postgres_could_not_hold_is_said_at_once(project: Path, team: Team, ratchet: Said) -> None:
    with closing(sqlite3.connect(project / "mlflow.db")) as link, link:
        link.execute("UPDATE params SET value = ? WHERE key = 'größe'", ("a\0b",))
        link.execute("UPDATE params SET value = ? WHERE key = 'long'", ("x" * 9000,))
        link.execute("UPDATE model_versions SET source = '/elsewhere/model' WHERE name = 'other-model' AND version = 1")

    code, _, said = ratchet("registry", "migrate", *team.options)

    assert code == 2
    for fault in ("3 faults", "zero character", "9000 characters where 8000 are allowed", "/elsewhere/model"):
        assert fault in said
    assert team.n_objects == 0


def test_description_that_is_too_long_is_cut_only_where_a_note_holds_the_whole(
    project: Path, team: Team, ratchet: Said
) -> None:
    long = "words and\n\n" * 700
    with closing(sqlite3.connect(project / "mlflow.db")) as link, link:
        link.execute("UPDATE model_versions SET description = ? WHERE version = 1 AND name <> 'other-model'", (long,))
    assert "characters where 5000 are allowed" in ratchet("registry", "migrate", *team.options)[2]

    with closing(sqlite3.connect(project / "mlflow.db")) as link, link:
        link.execute("UPDATE tags SET value = ? WHERE key = 'mlflow.note.content'", (long,))
    assert ratchet("registry", "migrate", *team.options)[0] == 0

    shown = connect(team.address).get_model_version("flights-late", "1").description
    assert long.startswith(shown.removesuffix("\n\nThe rest is in the note of its run."))


def test_password_in_an_argument_is_refused(project: Path, team: Team, ratchet: Said) -> None:
    code, _, said = ratchet("registry", "migrate", "--to", "postgresql://me:secret@h/d", "--artifacts", team.bucket)

    assert code == 2
    assert "PGPASSWORD" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"--to": "postgresql://ratchet@127.0.0.1:1/mlflow"}, 4),
        ({"--to": "mysql://ratchet@127.0.0.1/mlflow"}, 2),
        ({"--artifacts": "s3://no-such-bucket/mlflow"}, 2),
        ({"--artifacts": "gopher://store/mlflow"}, 2),
        ({"--artifacts": ""}, 2),
    ],
)
def test_wrong_address_ends_in_one_message(
    wrong: dict[str, str], expected: int, project: Path, team: Team, ratchet: Said
) -> None:
    options = {"--to": team.cluster.address(team.database), "--artifacts": team.bucket, **wrong}

    code, _, said = ratchet("registry", "migrate", *(word for pair in options.items() for word in pair))

    assert code == expected
    assert len([line for line in said.splitlines() if line.startswith("ratchet:")]) == 1
