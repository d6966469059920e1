"""Who is let in, with what password, and what it may do."""

from __future__ import annotations

from itertools import count

import pytest

from modelratchet.errors import InputError
from modelratchet.usecases.admit_user import Admission, admit_user
from modelratchet.usecases.ports.team import May
from tests.fakes.team_users import FakeTeamUsers


def admitted(users: FakeTeamUsers, name: str, may: May, *, renew: bool = False) -> Admission:
    numbers = count(1)
    return admit_user(users, name, may, lambda: f"password {next(numbers)}", renew=renew)


def test_new_user_gets_a_password_and_the_right() -> None:
    users = FakeTeamUsers()

    done = admitted(users, "ci", May.WRITE)

    assert done == Admission("ci", May.WRITE, True, "password 1")
    assert (users.passwords, users.rights) == ({"ci": "password 1"}, {"ci": May.WRITE})


def test_user_that_is_there_keeps_its_password() -> None:
    users = FakeTeamUsers(ci="its own")

    done = admitted(users, "ci", May.READ)

    assert (done.is_new, done.password, users.passwords["ci"]) == (False, None, "its own")


def test_password_stays_where_the_right_cannot_be_given() -> None:
    users = FakeTeamUsers(ci="its own")
    users.refuses_rights = True

    with pytest.raises(InputError):
        admitted(users, "ci", May.WRITE, renew=True)

    assert users.passwords == {"ci": "its own"}


def test_password_is_made_anew_only_when_asked_for() -> None:
    users = FakeTeamUsers(ci="its own")

    done = admitted(users, "ci", May.NOTHING, renew=True)

    assert (done.password, users.passwords["ci"], users.rights["ci"]) == ("password 1", "password 1", May.NOTHING)
