"""Imports a general units file (code, name, kind, parent, valid_from, valid_to): all or nothing."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from api.db import begin_write
from api.registry.report import Report
from api.registry.row_cells import bad_code, read_validity
from api.registry.runs import record_run
from api.registry.store import Key, read_units, write_units
from api.registry.unit_rows import UnitRow, check_units
from api.tables.unit import UnitKind
from api.tabular import FileRejected, Row, RowProblem, open_table
from api.tabular.cells import is_code

REQUIRED = ("code", "name", "kind", "parent", "valid_from", "valid_to")
ALIASES = {
    "code": ("mã", "mã đơn vị"),
    "name": ("tên", "tên đơn vị"),
    "name_en": ("tên tiếng anh",),
    "kind": ("loại",),
    "parent": ("mã cấp trên", "cấp trên"),
    "valid_from": ("hiệu lực từ",),
    "valid_to": ("hiệu lực đến",),
}
NAME_LETTERS_MAX = 200


def import_units(engine: Engine, path: Path, *, now: datetime, actor: str, sheet: str | None = None) -> Report:
    """Add and correct the units of ``path``; FileUnusable with every problem, and nothing stored, if there is one.

    The rules are checked on the register as it would be afterwards, so a parent may stand in the same file,
    below its children, and closing a unit others hang on is refused.
    """
    table = open_table(path, required=REQUIRED, aliases=ALIASES, sheet=sheet)
    units: dict[Key, UnitRow] = {}
    problems: list[RowProblem] = []
    for row in table.rows:
        unit = _read_unit(row, problems)
        if unit is not None:
            _note_repetition(unit, units, problems)
            units[unit.key] = unit
    with Session(engine) as session, session.begin():
        begin_write(session)
        stored = read_units(session)
        problems += check_units({**stored, **units})
        if problems:
            raise FileRejected(path.name, sorted(problems, key=lambda problem: problem.row))
        changed = {
            key: (stored[key], unit)
            for key, unit in units.items()
            if key in stored and stored[key].facts() != unit.facts()
        }
        new = [unit for key, unit in units.items() if key not in stored]
        write_units(session, new, changed, now=now, actor=actor)
        report = Report(added=len(new), changed=len(changed), known=len(units) - len(new) - len(changed))
        record_run(session, report, kind="units", file_name=path.name, file_sha256=table.sha256, now=now)
    return report


def _read_unit(row: Row, problems: list[RowProblem]) -> UnitRow | None:
    if row.problems:
        problems += row.problems
        return None
    before = len(problems)
    values = row.values
    if not is_code(values["code"]):
        problems.append(bad_code(row, "code"))
    if not 0 < len(values["name"]) <= NAME_LETTERS_MAX:
        vi, en = f"cần 1 đến {NAME_LETTERS_MAX} ký tự", f"expected 1 to {NAME_LETTERS_MAX} letters"
        problems.append(RowProblem(row.number, "name", "length", vi, en, values["name"]))
    if values["kind"] not in set(UnitKind):
        wanted = ", ".join(UnitKind)
        vi, en = f"loại đơn vị phải là một trong: {wanted}", f"expected one of: {wanted}"
        problems.append(RowProblem(row.number, "kind", "kind_unknown", vi, en, values["kind"]))
    valid_from = read_validity(row, "valid_from", problems, is_required=True)
    valid_to = read_validity(row, "valid_to", problems)
    if len(problems) > before or valid_from is None:
        return None
    return UnitRow(
        values["code"], values["name"], values["kind"], values["parent"] or None, valid_from, valid_to,
        values.get("name_en") or None, row.number,
    )  # fmt: skip


def _note_repetition(unit: UnitRow, units: Mapping[Key, UnitRow], problems: list[RowProblem]) -> None:
    earlier = units.get(unit.key)
    if earlier is not None:
        vi, en = f"trùng với dòng {earlier.row}", f"same code and valid_from as row {earlier.row}"
        problems.append(RowProblem(unit.row, "code", "repeated", vi, en, unit.code))
