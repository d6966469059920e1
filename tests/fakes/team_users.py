"""Users of a server that is not there."""

from __future__ import annotations

from modelratchet.errors import InputError
from modelratchet.usecases.ports.team import May


class FakeTeamUsers:
    """Names with passwords, and what each may do."""

    def __init__(self, **passwords: str) -> None:
        self.passwords = dict(passwords)
        self.refuses_rights = False
        self.rights: dict[str, May] = {}

    def exists(self, name: str) -> bool:
        return name in self.passwords

    def create(self, name: str, password: str) -> None:
        assert name not in self.passwords
        self.passwords[name] = password

    def set_password(self, name: str, password: str) -> None:
        assert name in self.passwords
        self.passwords[name] = password

    def allow(self, name: str, may: May) -> None:
        if self.refuses_rights:
            raise InputError("the caller may not administer users")
        self.rights[name] = may
