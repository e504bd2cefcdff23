"""Imports counters: code, unit, name, valid_from (valid_to if there). All or nothing."""

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert
from sqlmodel import Session, select

from api.db import begin_write
from api.registry.corrections import correct_row
from api.registry.report import Report
from api.registry.row_cells import bad_code, read_validity
from api.registry.runs import record_run
from api.registry.store import read_units
from api.tables import Counter
from api.tabular import FileRejected, Row, RowProblem, open_table
from api.tabular.cells import is_code

REQUIRED = ("code", "unit", "name", "valid_from")
ALIASES = {
    "code": ("mã", "mã quầy"),
    "unit": ("mã đơn vị", "đơn vị"),
    "name": ("tên", "tên quầy"),
    "valid_from": ("hiệu lực từ",),
    "valid_to": ("hiệu lực đến",),
}


def import_counters(engine: Engine, path: Path, *, now: datetime, actor: str, sheet: str | None = None) -> Report:
    """Add and correct the counters of ``path``; every problem in one FileUnusable, nothing stored then."""
    table = open_table(path, required=REQUIRED, aliases=ALIASES, sheet=sheet)
    with Session(engine) as session, session.begin():
        begin_write(session)
        validities: dict[str, list[tuple]] = {}
        for unit in read_units(session).values():
            validities.setdefault(unit.code, []).append((unit.valid_from, unit.last_day))
        problems: list[RowProblem] = []
        wanted: dict[str, dict[str, Any]] = {}
        for row in table.rows:
            found = _read_counter(row, validities, problems)
            if found["code"] in wanted:
                vi, en = "mã quầy lặp lại trong tệp", "the code stands twice in the file"
                problems.append(RowProblem(row.number, "code", "repeated", vi, en, found["code"]))
            wanted[found["code"]] = found
        if problems:
            raise FileRejected(path.name, problems)
        report = _store(session, wanted, now=now, actor=actor)
        record_run(session, report, kind="counters", file_name=path.name, file_sha256=table.sha256, now=now)
    return report


def _read_counter(row: Row, validities: dict[str, list[tuple]], problems: list[RowProblem]) -> dict[str, Any]:
    problems += row.problems
    values = row.values
    if not is_code(values["code"]):
        problems.append(bad_code(row, "code"))
    for column, most in (("name", 200), ("valid_from", 40)):
        if not 0 < len(values[column]) <= most:
            vi, en = f"cần 1 đến {most} ký tự", f"expected 1 to {most} letters"
            problems.append(RowProblem(row.number, column, "length", vi, en, values[column]))
    found: dict[str, Any] = {"code": values["code"], "unit_code": values["unit"], "name": values["name"]}
    for column in ("valid_from", "valid_to"):
        found[column] = read_validity(row, column, problems)
    day = found["valid_from"]
    if values["unit"] not in validities:
        vi, en = "không có đơn vị này trong sổ", "the unit is not in the register"
        problems.append(RowProblem(row.number, "unit", "unit_unknown", vi, en, values["unit"]))
    elif day is not None and not any(start <= day <= end for start, end in validities[values["unit"]]):
        vi, en = f"đơn vị không có hiệu lực ngày {day:%d/%m/%Y}", f"the unit is not valid on {day}"
        problems.append(RowProblem(row.number, "unit", "unit_not_valid", vi, en, values["unit"]))
    return found


def _store(session: Session, wanted: dict[str, dict[str, Any]], *, now: datetime, actor: str) -> Report:
    stored = {found.code: found for found in session.exec(select(Counter))}
    new = [facts | {"is_demo": False} for code, facts in wanted.items() if code not in stored]
    if new:
        session.execute(insert(Counter), new)
    changed = sum(
        correct_row(session, known, wanted[code], action="counter.changed", now=now, actor=actor)
        for code, known in stored.items()
        if code in wanted
    )
    return Report(added=len(new), changed=changed, known=len(wanted) - len(new) - changed)
