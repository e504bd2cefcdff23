"""How far fieldwork is: outcomes and rates by survey and unit, and case by case."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from analysis.quality.fieldwork import OutcomeRates, find_outcome_rates
from api.interviews.attempts import list_tries, present_outcome
from api.tables import InterviewAssignment, KioskDevice


@dataclass(frozen=True)
class Fieldwork:
    """The cases of one unit in one survey: how many ended how, tries in all, the rates."""

    survey: str
    unit: str
    counts: dict[str, int]
    tries: int
    rates: OutcomeRates


@dataclass(frozen=True)
class Visited:
    """One case; ``device`` is the number of its tablet, None for any of the unit. ``why`` it was broken off."""

    code: str
    unit: str
    place: str
    device: int | None
    outcome: str
    why: str | None
    tries: int
    last_day: date | None


def list_surveys(session: Session) -> list[str]:
    """Names, the one imported last first."""
    wanted = select(col(InterviewAssignment.survey), col(InterviewAssignment.imported_at))
    newest: dict[str, Any] = {}
    for survey, at in session.execute(wanted):
        newest[survey] = max(at, newest.get(survey, at))
    return sorted(newest, key=lambda survey: (newest[survey], survey), reverse=True)


def list_fieldwork(
    session: Session,
    *,
    survey: str | None = None,
    units: frozenset[str] | None = None,
    own_counters: Collection[str] = (),
) -> list[Fieldwork]:
    """One line for each unit of each survey. ``units`` None: every unit. Cases of tablets at ``own_counters`` are
    left out."""
    wanted = _choose(survey, units, own_counters)
    ordered = wanted.order_by(col(InterviewAssignment.survey), col(InterviewAssignment.unit))
    cases = session.execute(ordered).scalars().all()
    tried = list_tries(session, [case.id for case in cases])
    groups: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        groups.setdefault((case.survey, case.unit), []).append(case.id)
    lines = []
    for (of_survey, unit), ids in groups.items():
        counts = dict(Counter(present_outcome(tried.get(id, ())) for id in ids))
        tries = sum(len(tried.get(id, ())) for id in ids)
        lines.append(Fieldwork(of_survey, unit, counts, tries, find_outcome_rates(counts)))
    return lines


def add_up(lines: Sequence[Fieldwork]) -> Fieldwork:
    """All of ``lines`` as one."""
    counts: Counter[str] = Counter()
    for line in lines:
        counts.update(line.counts)
    return Fieldwork("", "", dict(counts), sum(line.tries for line in lines), find_outcome_rates(counts))


def list_visited(
    session: Session,
    *,
    survey: str,
    units: frozenset[str] | None,
    own_counters: Collection[str],
    limit: int,
    offset: int,
) -> list[Visited]:
    """The cases of ``survey`` by unit and code."""
    wanted = _choose(survey, units, own_counters)
    ordered = wanted.order_by(col(InterviewAssignment.unit), col(InterviewAssignment.code))
    cases = session.execute(ordered.limit(limit).offset(offset)).scalars().all()
    tried = list_tries(session, [case.id for case in cases])
    wanted_devices = select(col(KioskDevice.id), col(KioskDevice.number)).where(
        col(KioskDevice.id).in_({case.device for case in cases if case.device})
    )
    numbers: dict[str, int] = dict(map(tuple, session.execute(wanted_devices)))
    shown = []
    for case in cases:
        tries = tried.get(case.id, [])
        outcome = present_outcome(tries)
        shown.append(
            Visited(
                code=case.code,
                unit=case.unit,
                place=case.place,
                device=numbers.get(case.device or ""),
                outcome=outcome,
                why=next((one.why for one in reversed(tries) if one.outcome == outcome and one.why), None),
                tries=len(tries),
                last_day=max((one.local_day for one in tries), default=None),
            )
        )
    return shown


def _choose(survey: str | None, units: frozenset[str] | None, own_counters: Collection[str]) -> Any:
    wanted = select(InterviewAssignment)
    if survey:
        wanted = wanted.where(col(InterviewAssignment.survey) == survey)
    if units is not None:
        wanted = wanted.where(col(InterviewAssignment.unit).in_(sorted(units)))
    if own_counters:
        own = select(col(KioskDevice.id)).where(col(KioskDevice.counter).in_(sorted(own_counters)))
        device = col(InterviewAssignment.device)
        wanted = wanted.where(or_(device.is_(None), device.not_in(own)))
    return wanted
