"""`ratchet registry migrate` killed, cut off, raced and written behind its back: nothing shows before all of it is there."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.chaos.disk import small_disk
from modelratchet.adapters.mlflow.store import connect
from tests.mlflow_stores import sqlite_store
from tests.samples.mlflow_contents import files_of
from tests.samples.teams import Said, Team, await_that, held_among_files, started

pytestmark = pytest.mark.integration


def test_killed_among_the_files_nothing_shows_and_the_next_call_goes_on(
    project: Path, team: Team, ratchet: Said
) -> None:
    n_files = json.loads(ratchet("registry", "migrate", *team.options, "--dry-run", "--json")[1])["n_files"]
    # all but the last: of the runs, whose files are sent a few runs at a time, one at most is not whole
    with held_among_files(project, team, n_files - 1) as (process, _):
        process.kill()
        process.wait()
    assert team.ask("SELECT count(*) FROM runs") == [(0,)]

    code, out, _ = ratchet("registry", "migrate", *team.options, "--json")

    assert (code, json.loads(out)["n_files"]) == (0, n_files)
    assert 0 < json.loads(out)["n_sent"] < n_files
    assert files_of(connect(team.address)) == files_of(connect(sqlite_store(project)))


def test_killed_among_the_rows_nothing_shows_and_the_next_call_sends_no_file_again(
    project: Path, team: Team, ratchet: Said
) -> None:
    import psycopg2

    with closing(
        psycopg2.connect(host="127.0.0.1", port=team.cluster.port, user="ratchet", dbname=team.database)
    ) as link:
        link.cursor().execute("LOCK TABLE workspaces IN ACCESS SHARE MODE; LOCK TABLE tags IN ROW EXCLUSIVE MODE")
        process = started(project, team)
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ratchet' AND wait_event_type = 'Lock'"
        )
        await_that(lambda: team.ask(waiting) == [(1,)], process)
        process.kill()
        process.wait()
    assert team.ask("SELECT count(*) FROM runs") == [(0,)]

    code, out, _ = ratchet("registry", "migrate", *team.options, "--json")

    assert (code, json.loads(out)["n_sent"]) == (0, 0)


def test_database_that_goes_away_is_said_and_the_next_call_goes_on(project: Path, team: Team, ratchet: Said) -> None:
    with held_among_files(project, team) as (process, hold):
        team.cluster.stop()
        hold.let_go()
        _, said = process.communicate(timeout=60)
        team.cluster.start()

    assert process.returncode == 4, said
    assert len(said.strip().splitlines()) == 2
    assert ratchet("registry", "migrate", *team.options)[0] == 0


def test_second_migration_at_the_same_time_is_told_to_wait(project: Path, team: Team, ratchet: Said) -> None:
    with held_among_files(project, team) as (process, hold):
        code, _, said = ratchet("registry", "migrate", *team.options)
        hold.let_go()
        _, first_said = process.communicate(timeout=60)

    assert (code, "under way" in said) == (4, True)
    assert process.returncode == 0, first_said
    assert ratchet("registry", "migrate", *team.options)[0] == 0


def test_old_store_that_is_written_to_meanwhile_is_noticed(project: Path, team: Team, ratchet: Said) -> None:
    with held_among_files(project, team) as (process, hold):
        connect(sqlite_store(project)).create_experiment("made meanwhile")
        hold.let_go()
        _, said = process.communicate(timeout=60)

    assert (process.returncode, "was written to while" in said) == (4, True), said
    assert team.ask("SELECT count(*) FROM runs") == [(0,)]
    assert ratchet("registry", "migrate", *team.options)[0] == 0
    assert connect(team.address).get_experiment_by_name("made meanwhile") is not None


def test_disk_without_room_for_a_copy_is_said_and_the_next_call_completes(
    project: Path, team: Team, ratchet: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        with small_disk(1 << 20) as disk:
            monkeypatch.setenv("TMPDIR", str(disk))
            process = started(project, team)
            _, said = process.communicate(timeout=60)
    except PermissionError as error:
        pytest.skip(str(error))
    assert process.returncode == 4, said
    assert "Free some space" in said

    monkeypatch.delenv("TMPDIR")
    assert ratchet("registry", "migrate", *team.options)[0] == 0
