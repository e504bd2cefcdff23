"""Imports procedures: code, name, field, level (name_en, valid_from, valid_to if there). All or nothing."""

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
from api.tables import Procedure
from api.tabular import FileRejected, Row, RowProblem, open_table
from api.tabular.cells import is_code

STARTER = Path(__file__).parent / "data" / "procedures_starter.csv"
REQUIRED = ("code", "name", "field", "level")
ALIASES = {
    "code": ("mã", "mã thủ tục"),
    "name": ("tên", "tên thủ tục"),
    "field": ("lĩnh vực",),
    "level": ("cấp", "cấp thực hiện"),
}
LEVELS = ("ministry", "province", "commune")
LETTERS_MAX = {"name": 500, "field": 200}


def import_procedures(
    engine: Engine, path: Path, *, now: datetime, actor: str, is_starter: bool = False, sheet: str | None = None
) -> Report:
    """Add and correct the procedures of ``path``; every problem in one FileUnusable, nothing stored then.

    A starter list never touches a procedure that an office has imported itself.
    """
    table = open_table(path, required=REQUIRED, aliases=ALIASES, sheet=sheet)
    wanted: dict[str, dict[str, Any]] = {}
    problems: list[RowProblem] = []
    for row in table.rows:
        found = _read_procedure(row, problems)
        if found["code"] in wanted:
            vi, en = "mã thủ tục lặp lại trong tệp", "the code stands twice in the file"
            problems.append(RowProblem(row.number, "code", "repeated", vi, en, found["code"]))
        wanted[found["code"]] = found | {"is_starter": is_starter}
    if problems:
        raise FileRejected(path.name, problems)
    with Session(engine) as session, session.begin():
        begin_write(session)
        report = _store(session, wanted, now=now, actor=actor, is_starter=is_starter)
        if not (is_starter and report.is_unchanged):
            record_run(session, report, kind="procedures", file_name=path.name, file_sha256=table.sha256, now=now)
    return report


def _read_procedure(row: Row, problems: list[RowProblem]) -> dict[str, Any]:
    problems += row.problems
    values = row.values
    found: dict[str, Any] = {column: values[column] for column in REQUIRED}
    if not row.problems and not is_code(values["code"]):
        problems.append(bad_code(row, "code"))
    for column in () if row.problems else REQUIRED[1:]:
        if not values[column]:
            problems.append(RowProblem(row.number, column, "empty", "ô không được trống", "the cell is empty"))
        elif len(values[column]) > (most := LETTERS_MAX.get(column, 20)):
            vi, en = f"dài quá {most} ký tự", f"longer than {most} letters"
            problems.append(RowProblem(row.number, column, "too_long", vi, en, values[column]))
    if values["level"] and values["level"] not in LEVELS:
        vi, en = f"cấp phải là một trong: {', '.join(LEVELS)}", f"expected one of: {', '.join(LEVELS)}"
        problems.append(RowProblem(row.number, "level", "level_unknown", vi, en, values["level"]))
    found["name_en"] = values.get("name_en") or None
    for column in ("valid_from", "valid_to"):
        found[column] = read_validity(row, column, problems)
    return found


def _store(
    session: Session, wanted: dict[str, dict[str, Any]], *, now: datetime, actor: str, is_starter: bool
) -> Report:
    stored = {found.code: found for found in session.exec(select(Procedure))}
    new = [facts for code, facts in wanted.items() if code not in stored]
    if new:
        session.execute(insert(Procedure), new)
    changed = sum(
        correct_row(session, known, wanted[code], action="procedure.changed", now=now, actor=actor)
        for code, known in stored.items()
        if code in wanted and (known.is_starter or not is_starter)
    )
    return Report(added=len(new), changed=changed, known=len(wanted) - len(new) - changed)
