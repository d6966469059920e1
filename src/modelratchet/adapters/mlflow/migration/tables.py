"""A database's tables as they are, whatever MLflow's classes say of them: no column can be forgotten. Used by both stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

REVISION_TABLE = "alembic_version"
_BATCH = 1000


class Tables:
    """All tables of one database but the one that holds its revision, in an order in which rows may be inserted."""

    def __init__(self, connection: Connection) -> None:
        """Read what there is."""
        from sqlalchemy import JSON, MetaData, Text

        described = MetaData()
        described.reflect(connection)
        self.all = {table.name: table for table in described.sorted_tables if table.name != REVISION_TABLE}
        for table in self.all.values():
            for column in table.columns:
                if isinstance(column.type, JSON):
                    # as text it stays what was written, and `null` is told from nothing
                    column.type = Text()
                    column.info["is_json"] = True

    def columns(self, table: str) -> tuple[str, ...]:
        """A table's columns."""
        return tuple(self.all[table].columns.keys())

    def rows(self, connection: Connection, table: str) -> Iterator[tuple[object, ...]]:
        """A table's rows, a few at a time."""
        from sqlalchemy import select

        wanted = select(*_selected(self.all[table]))
        for row in connection.execute(wanted, execution_options={"yield_per": _BATCH}):
            yield tuple(row)


def revision(connection: Connection) -> str | None:
    """Which release of MLflow made the tables; None where there are none."""
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table(REVISION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {REVISION_TABLE}")).scalar()  # noqa: S608 - a constant
    return None if found is None else str(found)


def _selected(table: Table) -> list[ColumnElement[Any]]:
    from sqlalchemy import Text, cast

    return [cast(column, Text).label(column.name) if column.info.get("is_json") else column for column in table.columns]
