"""Imports the statistics office's conversion table: units and successions the register lacks, and what differs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from api.db import begin_write
from api.registry.conversion_rows import COLUMNS, ConversionRow, Named, commonest, read_conversion
from api.registry.eras import NEW_ERA_FROM, OLD_ERA_FROM, OLD_ERA_TO
from api.registry.names import fold_name
from api.registry.report import Report
from api.registry.runs import record_run
from api.registry.store import (
    Key,
    drop_links,
    read_ids,
    read_links,
    read_units,
    write_links,
    write_units,
)
from api.registry.unit_rows import UnitRow, check_units
from api.tables import AuditEvent
from api.tables.unit import UnitKind
from api.tabular import FileRejected, RowProblem

Links = dict[tuple[Key, Key], ConversionRow]


def import_conversion(
    engine: Engine, path: Path, *, now: datetime, actor: str, replace_links: bool = False
) -> Report:
    """Add the units and successions of ``path`` that the register lacks; remarks tell where the two differ.

    Names already in the register stay (the table misspells some). ``replace_links`` gives the table the last
    word on the successors of every old unit it names; otherwise successions that differ are only remarked.
    """
    sha256, rows, problems, remarks = read_conversion(path)
    if problems:
        raise FileRejected(path.name, problems)
    units, contradictions = _gather_units(rows)
    with Session(engine) as session, session.begin():
        begin_write(session)
        stored = read_units(session)
        rows, corrected = _correct_codes(rows, units, stored)
        links, doubled = _gather_links(rows)
        remarks += [*contradictions, *corrected, *doubled, *_compare_units(units, stored)]
        new = [unit for key, unit in units.items() if key not in stored]
        breaches = check_units({**units, **stored})
        if breaches:
            raise FileRejected(path.name, breaches)
        write_units(session, new, {}, now=now, actor=actor)
        report = _store_links(session, links, remarks, now=now, actor=actor, replace_links=replace_links)
        report = replace(report, added=len(new), known=len(units) - len(new))
        record_run(session, report, kind="units", file_name=path.name, file_sha256=sha256, now=now)
    return report


def _gather_units(rows: Iterable[ConversionRow]) -> tuple[dict[Key, UnitRow], list[RowProblem]]:
    """Every unit of both eras once, under the name and parent most rows give it; the others as remarks."""
    said: dict[tuple[str, date, str], list[tuple[int, str, str | None]]] = defaultdict(list)

    def note(unit: Named, kind: str, since: date, parent: str | None, row: int) -> None:
        said[unit.code, since, kind].append((row, unit.name, parent))

    for row in rows:
        note(row.new_province, UnitKind.PROVINCE, NEW_ERA_FROM, None, row.row)
        note(row.new, UnitKind.COMMUNE, NEW_ERA_FROM, row.new_province.code, row.row)
        note(row.old_province, UnitKind.PROVINCE, OLD_ERA_FROM, None, row.row)
        note(row.district, UnitKind.DISTRICT, OLD_ERA_FROM, row.old_province.code, row.row)
        if not row.old_is_district:
            note(row.old, UnitKind.COMMUNE, OLD_ERA_FROM, row.district.code, row.row)
    units: dict[Key, UnitRow] = {}
    remarks = []
    for (code, since, kind), told in said.items():
        name = commonest([name for _, name, _ in told])
        parent = commonest([parent or "" for _, _, parent in told]) or None
        until = None if since == NEW_ERA_FROM else OLD_ERA_TO
        units[code, since] = UnitRow(code, name, kind, parent, since, until, row=told[0][0])
        for row_number, other_name, other_parent in told:
            if fold_name(other_name) != fold_name(name):
                vi, en = f"mã {code} nơi khác tên là {name}", f"code {code} is called {name} elsewhere"
                remarks.append(RowProblem(row_number, None, "two_names", vi, en, other_name))
            if other_parent != parent:
                vi, en = f"{code} nơi khác thuộc {parent}", f"{code} belongs to {parent} elsewhere"
                remarks.append(RowProblem(row_number, None, "two_parents", vi, en, other_parent))
    return units, remarks


def _correct_codes(
    rows: Iterable[ConversionRow], units: Mapping[Key, UnitRow], stored: Mapping[Key, UnitRow]
) -> tuple[list[ConversionRow], list[RowProblem]]:
    """Where a row's old name is not that of its code, the code of that name in the same district; if there is
    none, the row makes no succession: better a gap that is told than a wrong predecessor."""
    by_name: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for unit in ({**units, **stored}).values():
        if unit.valid_from == OLD_ERA_FROM:
            by_name[unit.parent, fold_name(unit.name)].append(unit.code)
    kept, remarks = [], []
    for row in rows:
        if fold_name(units[row.old.code, OLD_ERA_FROM].name) == fold_name(row.old.name):
            kept.append(row)
            continue
        found = by_name[row.district.code, fold_name(row.old.name)]
        if len(found) == 1:
            kept.append(replace(row, old=Named(found[0], row.old.name)))
            vi, en = f"mã {row.old.code} sai, dùng {found[0]}", f"code {row.old.code} is wrong, {found[0]} is used"
        else:
            vi, en = f"mã {row.old.code} sai, bỏ qua dòng", f"code {row.old.code} is wrong, no succession stored"
        remarks.append(RowProblem(row.row, COLUMNS["old_code"], "code_contradicts_name", vi, en, row.old.name))
    return kept, remarks


def _gather_links(rows: Iterable[ConversionRow]) -> tuple[Links, list[RowProblem]]:
    """One link per pair; an old unit said to go whole to several successors goes in part to each."""
    links: Links = {}
    successors: dict[Key, list[Key]] = defaultdict(list)
    for row in rows:
        old, new = (row.old.code, OLD_ERA_FROM), (row.new.code, NEW_ERA_FROM)
        links[old, new] = row
        successors[old].append(new)
    remarks = []
    for (old, new), row in links.items():
        if row.is_whole and len(set(successors[old])) > 1:
            links[old, new] = replace(row, is_whole=False)
            vi = f"{old[0]} ghi '{row.note}' nhưng có nhiều đơn vị kế tục; lưu là một phần"
            en = f"{old[0]} is said to go whole but has several successors; kept as in part"
            remarks.append(RowProblem(row.row, COLUMNS["note"], "whole_into_several", vi, en, row.note))
    return links, remarks


def _compare_units(units: Mapping[Key, UnitRow], stored: Mapping[Key, UnitRow]) -> list[RowProblem]:
    remarks = []
    for key, unit in units.items():
        known = stored.get(key)
        if known is None:
            continue
        if fold_name(known.name) != fold_name(unit.name):
            vi, en = f"trong sổ mã {unit.code} là {known.name}", f"in the register {unit.code} is {known.name}"
            remarks.append(RowProblem(unit.row, None, "name_differs", vi, en, unit.name))
        elif known.name != unit.name:
            vi, en = f"trong sổ viết là {known.name}", f"the register spells it {known.name}"
            remarks.append(RowProblem(unit.row, None, "spelling_differs", vi, en, unit.name))
        if known.parent != unit.parent:
            vi, en = f"trong sổ {unit.code} thuộc {known.parent}", f"in the register under {known.parent}"
            remarks.append(RowProblem(unit.row, None, "parent_differs", vi, en, unit.parent))
    return remarks


def _store_links(
    session: Session, links: Links, remarks: list[RowProblem], *, now: datetime, actor: str, replace_links: bool
) -> Report:
    ids = read_ids(session)
    stored = read_links(session)
    codes = {id: key[0] for key, id in ids.items()}
    wanted = {(ids[old], ids[new]): row for (old, new), row in links.items()}
    named = {old for old, _ in wanted}
    surplus = [pair for pair in stored if pair[0] in named and pair not in wanted]
    differing = {pair for pair, row in wanted.items() if pair in stored and stored[pair][0] != row.is_whole}
    for old, new in surplus:
        vi, en = "sổ có, bảng không có", "in the register, not in the table"
        remarks.append(RowProblem(0, None, "link_only_in_register", vi, en, f"{codes[old]} → {codes[new]}"))
    for pair in sorted(differing):
        vi = f"bảng ghi {'toàn bộ' if wanted[pair].is_whole else 'một phần'}, sổ ghi ngược lại"
        en = f"{'whole' if wanted[pair].is_whole else 'part'} in the table, the other in the register"
        value = f"{codes[pair[0]]} → {codes[pair[1]]}"
        remarks.append(RowProblem(wanted[pair].row, COLUMNS["note"], "link_differs", vi, en, value))
    fresh = {pair: (row.is_whole, row.note) for pair, row in wanted.items() if pair not in stored}
    links_added, dropped = len(fresh), [*surplus, *differing] if replace_links else []
    if dropped:
        drop_links(session, dropped)
        fresh |= {pair: (wanted[pair].is_whole, wanted[pair].note) for pair in differing}
        detail = {"dropped": [[codes[old], codes[new], stored[old, new][0]] for old, new in sorted(dropped)]}
        session.add(
            AuditEvent(at=now, actor=actor, action="succession.replaced", subject="conversion", detail=detail)
        )
    write_links(session, fresh)
    known = len(wanted) - links_added - (len(differing) if replace_links else 0)
    return Report(links_added=links_added, links_changed=len(dropped), links_known=known, remarks=tuple(remarks))
