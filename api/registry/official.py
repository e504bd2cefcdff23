"""Loads both eras of provinces, districts and communes, and who follows whom, from the installed data package.

The package ``vietnamadminunits`` (MIT) is read as data and never imported: its code wants geometry libraries.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from api.clock import Clock, utc_now
from api.db import begin_write
from api.errors import FileUnusable
from api.registry.eras import NEW_ERA_FROM, OLD_ERA_FROM, OLD_ERA_TO
from api.registry.report import Progress, Report
from api.registry.runs import record_run
from api.registry.store import Key, read_ids, read_links, read_units, write_links, write_units
from api.registry.unit_rows import UnitRow
from api.tables.unit import UnitKind
from api.tabular.digest import sha256_of

PACKAGE = "vietnamadminunits"
STEPS = 4


@dataclass(frozen=True)
class OfficialUnits:
    """``links``: (predecessor, successor) → did all of it go there?"""

    units: dict[Key, UnitRow]
    links: dict[tuple[Key, Key], bool]


def load_official_units(
    engine: Engine, *, progress: Progress | None = None, clock: Clock = utc_now, folder: Path | None = None
) -> Report:
    """Add every official unit and succession the register lacks; nothing already there is changed.

    Repeating it changes nothing. Successions are only added to units that have none, so that a table of the
    statistics office imported since then keeps the last word.
    """
    place = folder or _find_data()
    tell = progress or (lambda done, total: None)
    tell(0, STEPS)
    official = read_official(place)
    tell(1, STEPS)
    with Session(engine) as session, session.begin():
        begin_write(session)
        stored = read_units(session)
        new = [unit for key, unit in official.units.items() if key not in stored]
        write_units(session, new, {}, now=clock(), actor=PACKAGE)
        tell(2, STEPS)
        ids = read_ids(session)
        linked = {old for old, _ in read_links(session)}
        links = {
            (ids[old], ids[successor]): (is_whole, None)
            for (old, successor), is_whole in official.links.items()
            if ids[old] not in linked
        }
        write_links(session, links)
        tell(3, STEPS)
        report = Report(
            added=len(new), known=len(official.units) - len(new),
            links_added=len(links), links_known=len(official.links) - len(links),
        )  # fmt: skip
        if not report.is_unchanged:
            name = f"{PACKAGE} {distribution(PACKAGE).version}" if folder is None else str(folder.name)
            digest = sha256_of(place / "dataset.db")
            record_run(session, report, kind="units", file_name=name, file_sha256=digest, now=clock())
    tell(STEPS, STEPS)
    return report


def read_official(folder: Path) -> OfficialUnits:
    """Both eras as ``folder`` of the package holds them."""
    with closing(sqlite3.connect(f"file:{folder / 'dataset.db'}?mode=ro", uri=True)) as data:
        old = data.execute(
            "SELECT provinceCode, province, provinceKey, districtCode, district, districtKey,"
            " wardCode, ward, wardKey FROM admin_units_legacy"
        ).fetchall()
        new = data.execute(
            "SELECT provinceCode, province, provinceKey, wardCode, ward, wardKey FROM admin_units"
        ).fetchall()
    units: dict[Key, UnitRow] = {}
    names: dict[str, Key] = {}  # the package links by key names, not by codes
    for code, name, province_key, ward_code, ward, ward_key in new:
        units[code, NEW_ERA_FROM] = UnitRow(code, name, UnitKind.PROVINCE, None, NEW_ERA_FROM)
        units[ward_code, NEW_ERA_FROM] = UnitRow(ward_code, ward, UnitKind.COMMUNE, code, NEW_ERA_FROM)
        names[f"new {province_key}"] = code, NEW_ERA_FROM
        names[f"new {province_key}_{ward_key}"] = ward_code, NEW_ERA_FROM
    for row in old:
        for unit, key in _old_units(row):
            units[unit.key] = unit
            names[f"old {key}"] = unit.key
    converter = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    return OfficialUnits(units, dict(_read_links(converter, names)))


def _old_units(row: tuple[str, ...]) -> Iterator[tuple[UnitRow, str]]:
    province_code, province, province_key, district_code, district, district_key, ward_code, ward, ward_key = row
    yield _old_unit(province_code, province, UnitKind.PROVINCE, None), province_key
    in_district = _old_unit(district_code, district, UnitKind.DISTRICT, province_code)
    yield (
        in_district,
        f"{province_key}_{district_key}_",
    )  # island districts had no communes and are linked themselves
    if ward_code:
        commune = _old_unit(ward_code, ward, UnitKind.COMMUNE, district_code)
        yield commune, f"{province_key}_{district_key}_{ward_key}"


def _old_unit(code: str, name: str, kind: UnitKind, parent: str | None) -> UnitRow:
    return UnitRow(code, name, kind, parent, OLD_ERA_FROM, OLD_ERA_TO)


def _read_links(converter: dict, names: dict[str, Key]) -> Iterator[tuple[tuple[Key, Key], bool]]:
    for province, predecessors in converter["DICT_PROVINCE"].items():
        for predecessor in predecessors:
            yield (names[f"old {predecessor}"], names[f"new {province}"]), True
    for province, communes in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, predecessors in communes.items():
            for predecessor in predecessors:
                yield (names[f"old {predecessor}"], names[f"new {province}_{commune}"]), True
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for predecessor, successors in divided.items():
            for successor in successors:
                key = f"new {province}_{successor['newWardKey']}"
                yield (names[f"old {predecessor}"], names[key]), False


def _find_data() -> Path:
    try:
        return Path(str(distribution(PACKAGE).locate_file(f"{PACKAGE}/data")))
    except PackageNotFoundError as error:
        raise FileUnusable(
            "units_package_missing",
            f"Chưa cài gói dữ liệu {PACKAGE}; chạy 'make run' hoặc nhập từ tệp",
            f"The data package {PACKAGE} is not installed; run 'make run' or import a file",
        ) from error
