"""Imports finished cases and makes their links: wrong rows are rejected one by one, the others are taken."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select
from sqlmodel import Session, col

from api.audit import record_event
from api.clock import local_day
from api.db import begin_write
from api.invitations.case_rows import (
    ALIASES,
    COLUMNS,
    FinishedCase,
    last_day_of_links,
    list_ignored,
    read_case,
)
from api.invitations.issuing import Issued, issue_tokens
from api.receiving.known_codes import KnownCodes
from api.tables import ImportRun, InvitationCase, InvitationTotal
from api.tabular import Row, RowProblem, open_table

ROWS_AT_ONCE = 2_000
FIND_MAX = 500
Progress = Callable[[int], None]  # rows read so far


@dataclass(frozen=True)
class Asking:
    """What the people of a list will be asked, and how links are made. ``days`` and ``at_least`` are settings."""

    form: str
    selection: str
    key: str = field(repr=False)
    days: int
    at_least: int


@dataclass(frozen=True)
class CaseReport:
    """``rows = accepted + known + rejected``. ``ignored``: columns that were not looked at. ``periods``: what came
    of each period that got cases."""

    rows: int
    accepted: int
    known: int
    rejected: int
    ignored: tuple[str, ...]
    periods: dict[str, Issued]
    problems: tuple[RowProblem, ...]


def import_cases(
    engine: Engine, path: Path, *, asking: Asking, now: datetime, actor: str, zone: ZoneInfo,
    sheet: str | None = None, progress: Progress | None = None,
) -> CaseReport:  # fmt: skip
    """Keep dossier code, procedure, units and day of result of each row of ``path``, nothing else, and make the
    links of their periods."""
    table = open_table(path, required=COLUMNS, aliases=ALIASES, sheet=sheet)
    codes = KnownCodes(engine)
    codes.refresh()
    today = local_day(now, zone)
    found: dict[str, tuple[int, FinishedCase]] = {}
    problems: list[RowProblem] = []
    rows = rejected = 0
    for row in table.rows:
        case, wrong = read_case(row, codes, today=today, days=asking.days)
        if case is not None and case.dossier in found:
            wrong = [_repeated(row, found[case.dossier][0])]
        if case is None or wrong:
            rejected += 1
            problems += wrong
        else:
            found[case.dossier] = (row.number, case)
        rows += 1
        if progress and rows % ROWS_AT_ONCE == 0:
            progress(rows)
    with Session(engine) as session, session.begin():
        begin_write(session)
        new, known, refused = _part_known(session, found)
        _insert(session, new, asking)
        periods = {
            period: issue_tokens(
                session,
                period,
                key=asking.key,
                at_least=asking.at_least,
                expires_on=last_day_of_links(period, asking.days),
            )
            for period in sorted({case.period for case in new})
        }
        report = CaseReport(
            rows=rows, accepted=len(new), known=known, rejected=rejected + len(refused),
            ignored=tuple(list_ignored(table.header)), periods=periods,
            problems=tuple(sorted([*problems, *refused], key=lambda problem: problem.row)),
        )  # fmt: skip
        _record(session, report, path, table.sha256, asking, now=now, actor=actor)
    return report


def _part_known(
    session: Session, found: dict[str, tuple[int, FinishedCase]]
) -> tuple[list[FinishedCase], int, list[RowProblem]]:
    """New cases, how many are known already, and rows that contradict what is stored or come too late."""
    closed = set(session.execute(select(col(InvitationTotal.period)).distinct()).scalars())
    stored: dict[str, InvitationCase] = {}
    dossiers = list(found)
    for start in range(0, len(dossiers), FIND_MAX):
        some = select(InvitationCase).where(col(InvitationCase.dossier).in_(dossiers[start : start + FIND_MAX]))
        stored |= {case.dossier: case for case in session.execute(some).scalars()}
    new, known, refused = [], 0, []
    for dossier, (number, case) in found.items():
        if case.period in closed:
            vi, en = f"kỳ {case.period} đã đóng", f"the period {case.period} is closed"
            refused.append(RowProblem(number, "result_day", "period_closed", vi, en, case.result_day.isoformat()))
        elif dossier not in stored:
            new.append(case)
        elif all(getattr(stored[dossier], name) == value for name, value in vars(case).items()):
            known += 1
        else:
            vi, en = "hồ sơ này đã nhập với nội dung khác", "this case was imported with other contents"
            refused.append(RowProblem(number, "dossier", "differs", vi, en))
    return new, known, refused


def _insert(session: Session, cases: list[FinishedCase], asking: Asking) -> None:
    values = [
        vars(case)
        | {
            "id": secrets.token_hex(16),
            "period": case.period,
            "form": asking.form,
            "selection": asking.selection,
            "messages": 0,
        }
        for case in cases
    ]
    values.sort(key=lambda value: str(value["id"]))  # not in the order of the file
    for start in range(0, len(values), ROWS_AT_ONCE):
        session.execute(insert(InvitationCase), values[start : start + ROWS_AT_ONCE])


def _record(
    session: Session, report: CaseReport, path: Path, sha256: str, asking: Asking, *, now: datetime, actor: str
) -> None:
    session.add(
        ImportRun(
            kind="cases", file_name=path.name[:300], file_sha256=sha256, finished_at=now, rows=report.rows,
            accepted=report.accepted, known=report.known, rejected=report.rejected,
        )
    )  # fmt: skip
    record_event(
        session, at=now, actor=actor, action="cases.import", subject=", ".join(report.periods) or "-",
        form=asking.form, selection=asking.selection, accepted=report.accepted,
    )  # fmt: skip


def _repeated(row: Row, first: int) -> RowProblem:
    vi, en = f"mã hồ sơ đã có ở dòng {first}", f"this dossier stands in row {first}"
    return RowProblem(row.number, "dossier", "duplicate_dossier", vi, en)
