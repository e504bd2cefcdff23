"""Somebody with the whole database, its hidden columns included, who wants to know which answer is whose."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, inspect, text

Rows = list[dict[str, Any]]


def read_tables(engine: Engine) -> dict[str, Rows]:
    """Every row of every table in the order of its file, with what the database writes beside it."""
    names = inspect(engine).get_table_names()
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            numbered = {name for name in names if not _is_without_rowid(connection, name)}
            asked = {
                name: f'SELECT {"rowid AS _place, " if name in numbered else ""}* FROM "{name}"'
                + (" ORDER BY rowid" if name in numbered else "")
                for name in names
            }
        else:
            hidden = "ctid::text AS _place, xmin::text AS _xmin, xmax::text AS _xmax, cmin::text AS _cmin"
            asked = {name: f'SELECT {hidden}, * FROM "{name}" ORDER BY ctid' for name in names}
        return {
            name: [dict(row) for row in connection.execute(text(query)).mappings()]
            for name, query in asked.items()
        }


def shared_values(
    left: Iterable[Mapping[str, Any]], right: Iterable[Mapping[str, Any]], known: set[str]
) -> set[str]:
    """Values that stand in both, as texts, and are not ``known`` to be common to many."""

    def values(rows: Iterable[Mapping[str, Any]]) -> set[str]:
        # Row numbers are compared as orders; small numbers and flags are in every table.
        return {
            str(value)
            for row in rows
            for name, value in row.items()
            if value is not None and name not in ("_place", "_cmin") and len(str(value)) > 1
        }

    return (values(left) & values(right)) - known


def match_by_order(
    responses: Sequence[str], cases: Sequence[str], *, cell_of: Mapping[str, str], truth: Mapping[str, str]
) -> int:
    """How many responses (ids, in one order) are given to the right case when in each cell the first goes to the
    first of ``cases`` (in another order), and so on; forwards or backwards, whichever is better."""
    cells: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for id in responses:
        cells[cell_of[truth[id]]][0].append(id)
    for case in cases:
        cells[cell_of[case]][1].append(case)
    forwards = sum(truth[id] == case for ids, some in cells.values() for id, case in zip(ids, some, strict=False))
    backwards = sum(
        truth[id] == case for ids, some in cells.values() for id, case in zip(ids, some[::-1], strict=False)
    )
    return max(forwards, backwards)


def _is_without_rowid(connection: Any, name: str) -> bool:
    made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}).scalar()
    return "WITHOUT ROWID" in made.upper()
