"""A unit as a file or the register states it, and the rules that units keep together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from api.tabular import RowProblem

FOREVER = date.max


@dataclass(frozen=True)
class UnitRow:
    """One unit during one validity; told by ``code`` and ``valid_from``. ``row`` 0: already in the register."""

    code: str
    name: str
    kind: str
    parent: str | None
    valid_from: date
    valid_to: date | None = None
    name_en: str | None = None
    row: int = 0

    @property
    def key(self) -> tuple[str, date]:
        return self.code, self.valid_from

    @property
    def last_day(self) -> date:
        return self.valid_to or FOREVER

    def overlaps(self, other: "UnitRow") -> bool:
        """Is there a day on which both are valid?"""
        return self.valid_from <= other.last_day and other.valid_from <= self.last_day

    def facts(self) -> tuple[str, str | None, str, str | None, date | None]:
        """All that may be corrected later."""
        return self.name, self.name_en, self.kind, self.parent, self.valid_to


def check_units(units: Mapping[tuple[str, date], UnitRow]) -> list[RowProblem]:
    """Every breach of: ends after it begins; one validity of a code at a time; the parent is there and valid on
    every day; nobody is above himself."""
    by_code: dict[str, list[UnitRow]] = defaultdict(list)
    for unit in sorted(units.values(), key=lambda unit: unit.key):
        by_code[unit.code].append(unit)
    problems = list(_check_validity(by_code))
    for unit in units.values():
        if unit.parent is not None:
            problems += _check_parent(unit, by_code)
    return sorted(problems, key=lambda problem: (problem.row, problem.column or ""))


def _check_validity(by_code: Mapping[str, list[UnitRow]]) -> Iterator[RowProblem]:
    for versions in by_code.values():
        for unit in versions:
            if unit.last_day < unit.valid_from:
                yield RowProblem(
                    unit.row, "valid_to", "ends_before_it_begins", "ngày hết hiệu lực trước ngày có hiệu lực",
                    "valid_to is before valid_from", str(unit.valid_to),
                )  # fmt: skip
        for earlier, later in pairwise(versions):
            if earlier.overlaps(later):
                told = later if later.row else earlier
                yield RowProblem(
                    told.row, "valid_from", "validity_overlaps",
                    f"mã {told.code} có hai hiệu lực chồng nhau ({earlier.valid_from} và {later.valid_from}); "
                    "hãy ghi ngày hết hiệu lực của bản trước",
                    f"code {told.code} is valid twice at once (since {earlier.valid_from}, {later.valid_from}); "
                    "give the earlier one its valid_to",
                )  # fmt: skip


def _check_parent(unit: UnitRow, by_code: Mapping[str, list[UnitRow]]) -> Iterator[RowProblem]:
    parents = [parent for parent in by_code.get(unit.parent or "", ()) if parent.overlaps(unit)]
    if unit.parent not in by_code:
        yield RowProblem(
            unit.row, "parent", "parent_unknown", f"không có đơn vị cấp trên {unit.parent} của {unit.code}",
            f"the parent {unit.parent} of {unit.code} is not there", unit.parent,
        )  # fmt: skip
    elif _first_uncovered_day(unit, parents) is not None:
        day = _first_uncovered_day(unit, parents)
        yield RowProblem(
            unit.row, "parent", "parent_not_valid",
            f"đơn vị cấp trên {unit.parent} của {unit.code} không có hiệu lực ngày {day:%d/%m/%Y}",
            f"the parent {unit.parent} of {unit.code} is not valid on {day}", unit.parent,
        )  # fmt: skip
    elif _is_above_itself(unit, by_code):
        yield RowProblem(
            unit.row, "parent", "cycle", f"đơn vị {unit.code} đứng trên chính nó",
            f"unit {unit.code} is above itself", unit.parent,
        )  # fmt: skip


def _first_uncovered_day(unit: UnitRow, parents: Iterable[UnitRow]) -> date | None:
    day = unit.valid_from
    for parent in parents:  # in order of valid_from
        if parent.valid_from <= day <= parent.last_day:
            if parent.last_day >= unit.last_day:
                return None
            day = parent.last_day + timedelta(days=1)
    return day


def _is_above_itself(unit: UnitRow, by_code: Mapping[str, list[UnitRow]]) -> bool:
    seen: set[tuple[str, date]] = set()
    above = [unit]
    while above:
        one = above.pop()
        for parent in by_code.get(one.parent or "", ()):
            if not (parent.overlaps(one) and parent.overlaps(unit)):
                continue
            if parent.key == unit.key:
                return True
            if parent.key not in seen:
                seen.add(parent.key)
                above.append(parent)
    return False
