"""A team's registry wiped and restored: `ratchet` says the same afterwards; a backup under load is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.team.backup import under_load
from tests.samples.backups import Stores, copy_objects, dump_database, restore, wipe
from tests.samples.teams import Said, Team
from tests.team_registry import skip_reason

pytestmark = pytest.mark.integration

COMMANDS = (("verify", "--key", "key.pub"), ("history",))


@pytest.fixture
def moved(project: Path, team: Team, ratchet: Said, monkeypatch: pytest.MonkeyPatch) -> Team:
    """The old registry in the team's stores, and the environment that leads there."""
    assert ratchet("registry", "migrate", *team.options)[0] == 0
    monkeypatch.setenv("MLFLOW_TRACKING_URI", team.address.uri)
    monkeypatch.setenv("MLFLOW_DEFAULT_ARTIFACT_ROOT", team.bucket)
    return team


def test_restored_registry_says_what_it_said_before_it_was_wiped(moved: Team, ratchet: Said, tmp_path: Path) -> None:
    before = [ratchet(*command, "--json") for command in COMMANDS]
    stores = Stores(moved.cluster, moved.objects, moved.database, moved.bucket.removeprefix("s3://"))
    dump_database(stores, tmp_path)
    copy_objects(stores, tmp_path)

    wipe(stores)
    gone = [ratchet(*command, "--json")[0] for command in COMMANDS]
    restore(stores, tmp_path)

    assert [code for code, *_ in before] == [0, 0]
    assert set(gone) == {4}
    assert [ratchet(*command, "--json") for command in COMMANDS] == before


def test_backup_under_load_holds_all_that_it_calls_whole(tmp_path: Path) -> None:
    if skip_reason():
        pytest.skip(skip_reason())

    (found,) = under_load("dump, then files", 1, tmp_path / "load")

    assert found.n_versions >= 2
    assert found.n_broken == 0
