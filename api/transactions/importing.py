"""Imports completed transactions, as counts or as a list of dossiers from which counts are made.

Rows that are wrong are rejected one by one, the others count. Dossier codes are looked at for repetitions and
then forgotten: they lead to persons.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select, update
from sqlmodel import Session, col

from api.clock import local_day
from api.db import begin_write
from api.tables import AuditEvent, ImportRun, Procedure, TransactionCount, Unit
from api.tabular import RowProblem, Table, open_table
from api.transactions.counting import (
    ALIASES,
    COUNT_COLUMNS,
    DOSSIER_COLUMNS,
    Cell,
    Known,
    read_count_row,
    read_dossier_row,
)

ROWS_AT_ONCE = 2_000
Progress = Callable[[int], None]  # rows read so far


class TransactionFile(StrEnum):
    """What a row of the file is: a finished count, or one dossier."""

    COUNTS = "counts"
    DOSSIERS = "dossiers"


@dataclass(frozen=True)
class ChangedCount:
    """A count that a later file replaced."""

    cell: Cell
    old: int
    new: int


@dataclass(frozen=True)
class TransactionReport:
    """``rows = accepted + known + rejected`` rows of the file; ``known``: in cells that already stood so.

    ``cells_*`` count cells of month × unit × procedure × channel. ``changed`` names every replaced count."""

    rows: int
    accepted: int
    known: int
    rejected: int
    cells_added: int
    cells_known: int
    changed: tuple[ChangedCount, ...]
    problems: tuple[RowProblem, ...]


def import_transactions(
    engine: Engine, path: Path, *, kind: TransactionFile, now: datetime, actor: str, zone: ZoneInfo,
    month: str | None = None, sheet: str | None = None, is_demo: bool = False, progress: Progress | None = None,
) -> TransactionReport:  # fmt: skip
    """Store the counts of ``path``; a count that differs from the stored one replaces it, with an audit row.

    A list of dossiers is taken to be the whole of its months for the cells it names: import one list per month,
    not one per week, or the later one replaces the earlier. ``month`` rejects rows of any other month.
    """
    columns = COUNT_COLUMNS if kind is TransactionFile.COUNTS else DOSSIER_COLUMNS
    table = open_table(path, required=columns, aliases=ALIASES, sheet=sheet)
    with Session(engine) as session:
        known = read_known(session, local_day(now, zone))
    tell = progress or (lambda rows: None)
    read = _read_counts if kind is TransactionFile.COUNTS else _read_dossiers
    counts, rows_of, rejected, problems = read(table, known, month, tell)
    with Session(engine) as session, session.begin():
        begin_write(session)
        stored = _read_stored(session, {cell.month for cell in counts})
        new = [cell for cell in counts if cell not in stored]
        changed = tuple(
            ChangedCount(cell, stored[cell][0], count)
            for cell, count in counts.items()
            if cell in stored and stored[cell] != (count, is_demo)
        )
        touched = {*new, *(change.cell for change in changed)}
        accepted = sum(rows_of[cell] for cell in touched)
        report = TransactionReport(
            rows=sum(rows_of.values()) + rejected, accepted=accepted, known=sum(rows_of.values()) - accepted,
            rejected=rejected, cells_added=len(new), cells_known=len(counts) - len(touched), changed=changed,
            problems=tuple(problems),
        )  # fmt: skip
        run = ImportRun(
            kind="transactions", file_name=path.name[:300], file_sha256=table.sha256, finished_at=now,
            rows=report.rows, accepted=report.accepted, known=report.known, rejected=report.rejected,
        )  # fmt: skip
        session.add(run)
        session.flush()
        _insert(session, {cell: counts[cell] for cell in new}, run=run.id, is_demo=is_demo)
        _replace(session, changed, run=run.id, now=now, actor=actor, is_demo=is_demo)
    return report


def read_known(session: Session, today: date) -> Known:
    """The register as rows are held against it."""
    units: dict[str, list[tuple[date, date]]] = {}
    for code, since, until in session.execute(select(col(Unit.code), col(Unit.valid_from), col(Unit.valid_to))):
        units.setdefault(code, []).append((since, until or date.max))
    return Known(units, frozenset(session.execute(select(col(Procedure.code))).scalars()), today)


def _read_counts(
    table: Table, known: Known, month: str | None, tell: Progress
) -> tuple[dict[Cell, int], Counter[Cell], int, list[RowProblem]]:
    counts: dict[Cell, int] = {}
    first_row: dict[Cell, int] = {}
    rows_of: Counter[Cell] = Counter()
    rejected, problems = 0, []
    for row in table.rows:
        cell, completed, found = read_count_row(row, known, month)
        if cell in counts:
            vi, en = f"đã có ở dòng {first_row[cell]}", f"counted in row {first_row[cell]} already"
            found.append(RowProblem(row.number, None, "repeated", vi, en, "/".join(cell)))
        if cell is None or found:
            rejected += 1
            problems += found
        else:
            counts[cell], first_row[cell] = completed, row.number
            rows_of[cell] += 1
        if row.number % ROWS_AT_ONCE == 0:
            tell(row.number)
    return counts, rows_of, rejected, problems


def _read_dossiers(
    table: Table, known: Known, month: str | None, tell: Progress
) -> tuple[dict[Cell, int], Counter[Cell], int, list[RowProblem]]:
    counts: Counter[Cell] = Counter()
    first_row: dict[bytes, int] = {}  # digests: a million codes as text would not be bounded
    rejected, problems = 0, []
    for row in table.rows:
        cell, found = read_dossier_row(row, known, month)
        dossier = hashlib.blake2b(row.values["dossier"].casefold().encode(), digest_size=12).digest()
        if cell is not None and dossier in first_row:
            vi, en = (
                f"mã hồ sơ đã có ở dòng {first_row[dossier]}",
                f"this dossier stands in row {first_row[dossier]}",
            )
            found.append(RowProblem(row.number, "dossier", "duplicate_dossier", vi, en))
        if cell is None or found:
            rejected += 1
            problems += found
        else:
            first_row[dossier] = row.number
            counts[cell] += 1
        if row.number % ROWS_AT_ONCE == 0:
            tell(row.number)
    return dict(counts), counts, rejected, problems


def _read_stored(session: Session, months: set[str]) -> dict[Cell, tuple[int, bool]]:
    found = session.execute(
        select(
            col(TransactionCount.month), col(TransactionCount.unit), col(TransactionCount.procedure),
            col(TransactionCount.channel), col(TransactionCount.completed), col(TransactionCount.is_demo),
        ).where(col(TransactionCount.month).in_(sorted(months)))
    )  # fmt: skip
    return {Cell(*cell): (completed, demo) for *cell, completed, demo in found}


def _insert(session: Session, counts: dict[Cell, int], *, run: int | None, is_demo: bool) -> None:
    values = [
        cell._asdict() | {"completed": count, "import_run": run, "is_demo": is_demo}
        for cell, count in counts.items()
    ]
    for start in range(0, len(values), ROWS_AT_ONCE):
        session.execute(insert(TransactionCount), values[start : start + ROWS_AT_ONCE])


def _replace(
    session: Session,
    changed: tuple[ChangedCount, ...],
    *,
    run: int | None,
    now: datetime,
    actor: str,
    is_demo: bool,
) -> None:
    for change in changed:
        month, unit, procedure, channel = change.cell
        session.execute(
            update(TransactionCount)
            .where(
                col(TransactionCount.month) == month, col(TransactionCount.unit) == unit,
                col(TransactionCount.procedure) == procedure, col(TransactionCount.channel) == channel,
            )
            .values(completed=change.new, import_run=run, is_demo=is_demo)
        )  # fmt: skip
        session.add(
            AuditEvent(
                at=now, actor=actor, action="transactions.replaced", subject="/".join(change.cell),
                detail={"old": change.old, "new": change.new, "import_run": run},
            )
        )  # fmt: skip
