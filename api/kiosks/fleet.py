"""The fleet as a page or a command shows it: every tablet with what is wrong with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from api.clock import local_day
from api.errors import NotThere
from api.kiosks.fleet_queries import KnownDevice, read_fleet
from api.kiosks.judging import Finding, Yardstick, judge_device
from api.kiosks.shown_config import find_shown_form
from survey_forms.form import QuestionType
from survey_forms.loader import Catalogue


@dataclass(frozen=True)
class Judged:
    """A tablet and what is wrong with it."""

    known: KnownDevice
    findings: list[Finding]

    @property
    def state(self) -> str:
        """revoked, urgent, wrong or well."""
        if self.known.device.revoked_at is not None:
            return "revoked"
        if any(finding.is_urgent for finding in self.findings):
            return "urgent"
        return "wrong" if self.findings else "well"


def judge_fleet(
    session: Session,
    *,
    forms: Catalogue,
    app_version: str,
    now: datetime,
    zone: ZoneInfo,
    units: Collection[str] | None = None,
    device: str | None = None,
) -> list[Judged]:
    """Every tablet of ``units`` (None: of all), by unit and number."""
    day = local_day(now, zone)

    def levels(known: KnownDevice) -> Mapping[str, int]:
        try:
            form = find_shown_form(forms, known.settings, day)
        except NotThere:
            return {}
        rated = [
            question for question in form.questions if question.type is QuestionType.RATING and question.scale
        ]
        return {question.id: question.scale.levels for question in rated if question.scale}

    by = Yardstick(now, zone, app_version, levels)
    return [
        Judged(known, judge_device(known, by))
        for known in read_fleet(session, now=now, units=units, device=device)
    ]
