"""Which units, procedures and counters exist, and when: a copy in memory, so that no response costs a query."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import Engine, select

from api.tables import Counter, Procedure, Unit

FRESH_SECONDS = 30.0  # a unit that was closed is refused after this long at the latest
MISS_SECONDS = 1.0  # a code just registered is found after this long; unknown codes cannot flood the database


class Validity(NamedTuple):
    """First and last valid day (None: open) of a code, and the unit above it or that it belongs to."""

    since: date | None
    until: date | None
    above: str | None = None

    def holds(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


Validities = Mapping[str, list[Validity]]


@dataclass(frozen=True)
class _Copy:
    units: Validities = field(default_factory=dict)
    procedures: Validities = field(default_factory=dict)
    counters: Validities = field(default_factory=dict)


class KnownCodes:
    """The registry as of at most ``fresh_seconds`` ago. One object per process; safe between threads."""

    def __init__(
        self,
        engine: Engine,
        *,
        fresh_seconds: float = FRESH_SECONDS,
        miss_seconds: float = MISS_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._seconds = engine, seconds
        self._fresh_seconds, self._miss_seconds = fresh_seconds, miss_seconds
        self._copy = _Copy()
        self._read_at: float | None = None
        self._lock = threading.Lock()

    @property
    def is_loaded(self) -> bool:
        return self._read_at is not None

    @property
    def is_stale(self) -> bool:
        return self._is_older_than(self._fresh_seconds)

    @property
    def may_miss_a_code(self) -> bool:
        """Whether an unknown code is reason enough to look again."""
        return self._is_older_than(self._miss_seconds)

    def refresh(self) -> None:
        """Read the registry anew; one thread at a time."""
        with self._lock:
            self._copy = _read_copy(self._engine)
            self._read_at = self._seconds()

    def refresh_if_stale(self) -> None:
        if self.is_stale:
            self.refresh()

    def unit_problem(self, code: str, day: date) -> str | None:
        """``unknown_unit``, ``unit_not_valid_on_day``, or None when ``code`` is a unit on ``day``."""
        return _problem("unit", self._copy.units.get(code), day)

    def procedure_problem(self, code: str, day: date) -> str | None:
        return _problem("procedure", self._copy.procedures.get(code), day)

    def counter_problem(self, code: str, day: date, *, unit: str) -> str | None:
        """As ``unit_problem``; also ``counter_of_other_unit`` when the counter does not stand in ``unit``."""
        validities = self._copy.counters.get(code)
        problem = _problem("counter", validities, day)
        if problem is None and not any(known.above == unit for known in validities or ()):
            return "counter_of_other_unit"
        return problem

    def has_counter(self, code: str) -> bool:
        return code in self._copy.counters

    def is_within(self, code: str, above: str, day: date) -> bool:
        """Whether unit ``code`` is ``above`` or lies below it on ``day``."""
        seen: set[str] = set()
        current: str | None = code
        while current is not None and current not in seen:
            if current == above:
                return True
            seen.add(current)
            valid = [known for known in self._copy.units.get(current, ()) if known.holds(day)]
            current = valid[0].above if valid else None
        return False

    def _is_older_than(self, seconds: float) -> bool:
        return self._read_at is None or self._seconds() - self._read_at > seconds


def _problem(kind: str, validities: list[Validity] | None, day: date) -> str | None:
    if not validities:
        return f"unknown_{kind}"
    return None if any(known.holds(day) for known in validities) else f"{kind}_not_valid_on_day"


def _read_copy(engine: Engine) -> _Copy:
    with engine.connect() as connection:
        copy = _Copy(defaultdict(list), defaultdict(list), defaultdict(list))
        for into, columns in (
            (copy.units, (Unit.code, Unit.valid_from, Unit.valid_to, Unit.parent_code)),
            (copy.procedures, (Procedure.code, Procedure.valid_from, Procedure.valid_to)),
            (copy.counters, (Counter.code, Counter.valid_from, Counter.valid_to, Counter.unit_code)),
        ):
            for code, *validity in connection.execute(select(*columns)):
                into[code].append(Validity(*validity))
        return _Copy(dict(copy.units), dict(copy.procedures), dict(copy.counters))
