"""The port `NewStore`: a team's PostgreSQL. All rows appear in one transaction, with a note of what they are; or none do.

A server may run on the database meanwhile: the tables are locked against writers while they are filled. Two migrations take turns by an
advisory lock, which PostgreSQL lets go of when the one that holds it dies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from modelratchet.adapters.mlflow.address import StoreAddress
from modelratchet.adapters.mlflow.migration.reaching import AGAIN, reaching
from modelratchet.adapters.mlflow.migration.rows import RowsDigest
from modelratchet.adapters.mlflow.migration.tables import Tables, revision
from modelratchet.core.moments import write_moment
from modelratchet.errors import ConfigError, DigestError, InputError, TrackingError
from modelratchet.usecases.ports.migration import Contents, Holding, Occupant, OldStore

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

NOTE_TABLE = "ratchet_migration"
_LOCK = 0x5261_7463_6865_7400  # any number that nobody else takes
_CONNECT_SECONDS = 10
_LOCK_WAIT = "30s"
_BATCH = 1000

# what MLflow puts into a store that nobody has used
_SEEDS = {"experiments": "experiment_id = 0 AND lifecycle_stage = 'active'", "workspaces": "name = 'default'"}


class PostgresStore:
    """A team's database. Nothing is asked before `held`."""

    def __init__(
        self, address: StoreAddress, artifacts: str, revision: str | None, clock: Callable[[], datetime]
    ) -> None:
        """Take where it is, where its files are to lie, and which release of MLflow its tables have to be of."""
        self._uri, self._shown, self._artifacts = address.uri, address.shown, artifacts
        self._revision, self._clock = revision, clock
        self._opened: Connection | None = None

    @property
    def shown(self) -> str:
        """Its address, without a password."""
        return self._shown

    @contextmanager
    def held(self) -> Iterator[None]:
        """Connect, and take the lock."""
        from sqlalchemy import create_engine, text

        engine = create_engine(
            self._uri, connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "ratchet"}
        )
        try:
            with reaching(self._shown, "be opened"):
                self._opened = engine.connect()
                has_lock = self._opened.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar()
                self._opened.commit()
            if not has_lock:
                raise TrackingError(f"another migration to {self._shown} is under way", hint="Wait until it ends.")
            yield
        finally:
            self._close(engine)

    def occupant(self, wanted: Contents) -> Occupant:
        """Look for the note of an earlier migration, then for rows."""
        with reaching(self._shown, "tell what it holds"), self._connection.begin():
            if revision(self._connection) is None:
                return Occupant(Holding.NOTHING, "no tables")
            self._require_revision()
            return self._noted(wanted) or self._counted(wanted)

    def prepare(self) -> None:
        """Let MLflow make its tables."""
        with reaching(self._shown, "make its tables"):
            with self._connection.begin():
                is_new = revision(self._connection) is None
            if is_new:
                _make_tables(self._uri)
            with self._connection.begin():
                self._require_revision()

    def take(self, old: OldStore, wanted: Contents) -> None:
        """Lock, look again, fill, read back, note, commit."""
        with reaching(self._shown, "take over the rows"), self._connection.begin():
            tables = Tables(self._connection)
            self._lock(tables)
            found = self._noted(wanted) or self._counted(wanted)
            if found.holding is not Holding.NOTHING:
                raise InputError(f"{self._shown} holds {found.said} by now; nothing was changed there", hint=AGAIN)
            self._fill(tables, old, wanted)
            self._restart_counters(tables)
            self._require_same(tables, wanted)
            self._write_note(old, wanted)

    @property
    def _connection(self) -> Connection:
        assert self._opened is not None, "used outside of held()"
        return self._opened

    def _close(self, engine: Engine) -> None:
        if self._opened is not None:
            # a connection that broke cannot be closed in good order, and need not be
            self._opened.invalidate()
            self._opened.close()
            self._opened = None
        engine.dispose()

    def _require_revision(self) -> None:
        found = revision(self._connection)
        if self._revision is not None and found != self._revision:
            raise ConfigError(
                self._shown,
                [f"its tables are of revision {found}, those of the old store of {self._revision}"],
                hint="Use one release of MLflow on both sides, and run `mlflow db upgrade` with the older one's address.",
            )

    def _noted(self, wanted: Contents) -> Occupant | None:
        from sqlalchemy import inspect, text

        if not inspect(self._connection).has_table(NOTE_TABLE):
            return None
        note = self._connection.execute(text(f"SELECT digest, source, artifacts, at FROM {NOTE_TABLE}")).one()  # noqa: S608
        if note.artifacts != self._artifacts:
            said = f"what was moved there at {note.at}, with its files in {note.artifacts},"
            return Occupant(Holding.SOMETHING_ELSE, said, str(note.at))
        if note.digest == wanted.digest:
            return Occupant(Holding.THE_SAME, f"what was moved there at {note.at}", str(note.at))
        said = f"what was moved there from {note.source} at {note.at}, which was not the same as is there now,"
        return Occupant(Holding.SOMETHING_ELSE, said, str(note.at))

    def _counted(self, wanted: Contents) -> Occupant:
        """Rows of the tables that are to be filled, but for those that MLflow puts into every store."""
        from sqlalchemy import inspect, text

        names = [name for name in inspect(self._connection).get_table_names() if name in wanted.rows]
        found = []
        for name in sorted(names):
            others = f" WHERE NOT ({_SEEDS[name]})" if name in _SEEDS else ""
            count = self._connection.execute(text(f'SELECT count(*) FROM "{name}"{others}')).scalar_one()  # noqa: S608
            found += [f"{count} rows of {name}"] if count else []
        return Occupant(Holding.SOMETHING_ELSE, ", ".join(found)) if found else Occupant(Holding.NOTHING, "no rows")

    def _lock(self, tables: Tables) -> None:
        from sqlalchemy import text

        self._connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
        names = ", ".join(f'"{name}"' for name in tables.all)
        self._connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))

    def _fill(self, tables: Tables, old: OldStore, wanted: Contents) -> None:
        for name in _SEEDS:
            self._connection.execute(tables.all[name].delete())
        for name, table in tables.all.items():
            if not wanted.rows.get(name):
                continue
            columns = old.columns(name)
            rows = old.rows(name)
            while some := [dict(zip(columns, row, strict=True)) for row in islice(rows, _BATCH)]:
                self._connection.execute(table.insert(), some)

    def _restart_counters(self, tables: Tables) -> None:
        """Rows that were given their number leave PostgreSQL's counters where they are; the next new one would be refused."""
        from sqlalchemy import text

        for name, table in tables.all.items():
            for column in table.columns:
                counter = text("SELECT pg_get_serial_sequence(:table, :column)")
                sequence = self._connection.execute(counter, {"table": f'"{name}"', "column": column.name}).scalar()
                if sequence:
                    highest = f'SELECT max("{column.name}") FROM "{name}"'  # noqa: S608 - the database's own names
                    restart = f"SELECT setval('{sequence}', greatest(({highest}), 1), coalesce(({highest}), 0) > 0)"
                    self._connection.execute(text(restart))

    def _require_same(self, tables: Tables, wanted: Contents) -> None:
        digest = RowsDigest()
        for name in tables.all:
            if name in wanted.rows:
                for row in tables.rows(self._connection, name):
                    digest.add(name, tables.columns(name), row)
        if digest.value != wanted.digest:
            raise DigestError(
                f"the rows that {self._shown} gave back have digest {digest.value}, those of the old store {wanted.digest}",
                hint="Nothing was kept. Report this: a column changed its value on the way.",
            )

    def _write_note(self, old: OldStore, wanted: Contents) -> None:
        from sqlalchemy import text

        self._connection.execute(text(f"CREATE TABLE {NOTE_TABLE} (digest text, source text, artifacts text, at text)"))
        self._connection.execute(
            text(f"INSERT INTO {NOTE_TABLE} VALUES (:digest, :source, :artifacts, :at)"),  # noqa: S608 - a constant
            {
                "digest": wanted.digest,
                "source": old.shown,
                "artifacts": self._artifacts,
                "at": write_moment(self._clock()),
            },
        )


def _make_tables(uri: str) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    # some eighty migrations report themselves
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
    SqlAlchemyStore(uri, "mlflow-artifacts:/").engine.dispose()
