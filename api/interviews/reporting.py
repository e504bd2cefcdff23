"""How far fieldwork is: outcomes and rates by survey and unit."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from analysis.quality.fieldwork import OutcomeRates, find_outcome_rates
from api.interviews.attempts import list_tries, present_outcome
from api.tables import InterviewAssignment


@dataclass(frozen=True)
class Fieldwork:
    """The cases of one unit in one survey: how many ended how, tries in all, the rates."""

    survey: str
    unit: str
    counts: dict[str, int]
    tries: int
    rates: OutcomeRates


def list_fieldwork(
    session: Session, *, survey: str | None = None, units: frozenset[str] | None = None
) -> list[Fieldwork]:
    """One line for each unit of each survey. ``units`` None: every unit."""
    wanted = select(InterviewAssignment).order_by(col(InterviewAssignment.survey), col(InterviewAssignment.unit))
    if survey:
        wanted = wanted.where(col(InterviewAssignment.survey) == survey)
    if units is not None:
        wanted = wanted.where(col(InterviewAssignment.unit).in_(sorted(units)))
    cases = session.execute(wanted).scalars().all()
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
