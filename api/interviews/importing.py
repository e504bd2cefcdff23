"""Imports the cases of a sample that interviewers are to see: all of a file, or nothing."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from api.audit import record_event
from api.db import begin_write
from api.receiving.known_codes import KnownCodes
from api.tables import InterviewAssignment, KioskDevice
from api.tabular import FileRejected, Row, RowProblem, open_table

COLUMNS = ("code", "unit", "place")
ALIASES = {
    "code": ("mã", "mã hộ", "mã phiếu", "case"),
    "unit": ("đơn vị", "mã đơn vị"),
    "place": ("nơi đến", "địa chỉ", "địa điểm"),
    "device": ("máy", "mã máy", "tablet"),
}
MOST = {"code": 60, "place": 200}
_PHONE = re.compile(r"(?:\+?84|0)[ .]?[35789](?:[ .]?\d){8}\b|\b\d{12}\b")


@dataclass(frozen=True)
class Importer:
    """Who imports. ``units`` None: into every unit; tablets at ``own_counters`` get no case from them."""

    actor: str
    units: frozenset[str] | None = None
    own_counters: frozenset[str] = frozenset()


def import_assignments(
    engine: Engine,
    path: Path,
    by: Importer,
    *,
    survey: str,
    today: date,
    now: datetime,
    sheet: str | None = None,
) -> tuple[int, int]:
    """Keep code, unit, place and device of each row, nothing else; gives how many are new and how many were known.
    FileRejected with every problem of the file; a known code keeps what was tried and gets the new place."""
    table = open_table(path, required=COLUMNS, aliases=ALIASES, sheet=sheet)
    codes = KnownCodes(engine)
    codes.refresh()
    with Session(engine) as session, session.begin():
        begin_write(session)
        devices = {device.id: device for device in session.execute(select(KioskDevice)).scalars()}
        known = {
            found.code: found
            for found in session.execute(
                select(InterviewAssignment).where(col(InterviewAssignment.survey) == survey)
            ).scalars()
        }
        seen: dict[str, int] = {}
        problems: list[RowProblem] = []
        rows = []
        for row in table.rows:
            problems += _find_problems(row, codes, devices, seen, today)
            problems += _find_not_theirs(row, by, devices, known)
            seen.setdefault(row.values["code"], row.number)
            rows.append(row.values)
        if problems:
            raise FileRejected(path.name, problems)
        for values in rows:
            found = known.get(values["code"]) or InterviewAssignment(
                id=secrets.token_hex(16), survey=survey, code=values["code"], unit="", place="", imported_at=now
            )
            found.unit, found.place = values["unit"], values["place"]
            found.device = values.get("device") or None
            session.add(found)
        again = sum(values["code"] in known for values in rows)
        record_event(
            session,
            at=now,
            actor=by.actor,
            action="interviews.import",
            subject=survey,
            rows=len(rows),
            known=again,
        )
    return len(rows) - again, again


def _find_problems(
    row: Row, codes: KnownCodes, devices: dict[str, KioskDevice], seen: dict[str, int], today: date
) -> list[RowProblem]:
    values, problems = row.values, list(row.problems)

    def add(column: str, code: str, vi: str, en: str, value: str | None = None) -> None:
        problems.append(RowProblem(row.number, column, code, vi, en, value))

    for column, most in MOST.items():
        if not 1 <= len(values[column]) <= most:
            add(column, "length", f"cần 1 đến {most} ký tự", f"1 to {most} letters are needed")
        elif _PHONE.search(values[column]):  # not repeated in the list of problems
            add(
                column,
                "personal_number",
                "có số điện thoại hoặc số định danh; chỉ ghi nơi đến",
                "holds a number of a person; only say where to go",
            )
    if values["code"] in seen:
        first = seen[values["code"]]
        add("code", "repeated", f"trùng mã với dòng {first}", f"the same code as row {first}", values["code"])
    if problem := codes.unit_problem(values["unit"], today):
        add("unit", problem, "hôm nay không có đơn vị này", "there is no such unit today", values["unit"])
    if device := values.get("device"):
        found = devices.get(device)
        if found is None or found.revoked_at is not None or found.unit != values["unit"]:
            add("device", "unknown_device", "không phải máy của đơn vị này", "no tablet of this unit", device)
    return problems


def _find_not_theirs(
    row: Row, by: Importer, devices: dict[str, KioskDevice], known: dict[str, InterviewAssignment]
) -> Iterator[RowProblem]:
    unit, before = row.values["unit"], known.get(row.values["code"])
    if by.units is not None and unit not in by.units:
        vi, en = "đơn vị không thuộc phạm vi được giao cho bạn", "the unit is not among those given to you"
        yield RowProblem(row.number, "unit", "unit_out_of_scope", vi, en, unit)
    elif by.units is not None and before is not None and before.unit not in by.units:
        vi, en = "mã này đã dùng ở đơn vị khác trong đợt", "another unit uses this code in the survey"
        yield RowProblem(row.number, "code", "code_of_another_unit", vi, en, row.values["code"])
    given = (devices.get(row.values.get("device") or ""), devices.get((before and before.device) or ""))
    if any(device is not None and device.counter in by.own_counters for device in given):
        vi = "nơi của máy ở quầy bạn phục vụ; hãy nhờ người khác"
        en = "belongs to a tablet at your own counter; ask a colleague"
        yield RowProblem(row.number, "device", "own_counter", vi, en, row.values.get("device"))
