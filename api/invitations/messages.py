"""The messages that an office's SMS or Zalo gateway sends: dossier code, link, text; whom to, the office knows."""

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from string import Formatter

from sqlalchemy import select, update
from sqlmodel import Session, col

from api.audit import record_event
from api.errors import Malformed
from api.invitations.case_rows import last_day_of_links
from api.invitations.links import link_of, token_of
from api.invitations.status import CaseStatus, read_statuses
from api.tables import InvitationCase, Procedure, Unit
from api.tabular.problems import guard_cell

COLUMNS = ("dossier", "link", "language", "text")
ROWS_AT_ONCE = 500
PLACES = frozenset({"dossier", "link", "unit", "procedure", "day"})

# The link comes last, so that no sign after it is taken for a part of it. The procedure is not named unless an
# office asks for it: a phone is seen by others, and a procedure may tell of a divorce.
TEXTS: Mapping[str, Mapping[str, str]] = {
    "invite": {
        "vi": "Hồ sơ {dossier} của ông/bà tại {unit} đã có kết quả. Mời ông/bà cho ý kiến, khoảng 2 phút, "
        "không ghi tên, không ghi số hồ sơ, đến hết ngày {day}: {link}",
        "en": "Your case {dossier} at {unit} is finished. Please tell us how it went: 2 minutes, without your "
        "name or the number of your case, until {day}: {link}",
    },
    "remind": {
        "vi": "Ông/bà vẫn có thể cho ý kiến về hồ sơ {dossier} tại {unit} đến hết ngày {day}; phiếu không ghi "
        "tên, không ghi số hồ sơ: {link}",
        "en": "You can still give your opinion on your case {dossier} at {unit} until {day}; it carries neither "
        "your name nor the number of your case: {link}",
    },
}


@dataclass(frozen=True)
class Sending:
    """Which messages are wanted. ``kind``: ``invite`` (not messaged yet) or ``remind`` (last time ``after_days``
    ago or more, and fewer than ``times_max`` times). ``units`` None: every unit."""

    kind: str
    language: str
    address: str
    days: int
    template: str | None = None
    after_days: int = 7
    times_max: int = 3
    units: frozenset[str] | None = None


def write_messages(
    session: Session, path: Path, sending: Sending, *, key: str, today: date, now: datetime, actor: str
) -> int:
    """Write a line for every case that is invited and not answered; gives how many.

    Counted as messaged are all cases of the round, answered or not: else the count would tell who answered. The
    file opens doors: only its owner may read it, and the office deletes it when it is sent.
    """
    text = _check_template(sending.template or TEXTS[sending.kind][sending.language])
    of_round, cases = _choose(session, sending, key=key, today=today)
    units, procedures = _names(session, today), _procedure_names(session)
    private = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(private, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for case in cases:
            link = link_of(sending.address, token_of(key, case.id))
            shown = text.format(
                dossier=case.dossier, link=link, unit=units.get(case.unit_filed, case.unit_filed),
                procedure=procedures.get(case.procedure, case.procedure),
                day=_last_day(case, sending.days).strftime("%d/%m/%Y"),
            )  # fmt: skip
            writer.writerow([guard_cell(case.dossier), link, sending.language, shown])
    ids = [case.id for case in of_round]
    for start in range(0, len(ids), ROWS_AT_ONCE):
        session.execute(
            update(InvitationCase)
            .where(col(InvitationCase.id).in_(ids[start : start + ROWS_AT_ONCE]))
            .values(messages=InvitationCase.messages + 1, messaged_on=today)
        )
    record_event(
        session, at=now, actor=actor, action=f"invitations.{sending.kind}", subject=path.name, messages=len(cases)
    )
    return len(cases)


def _choose(
    session: Session, sending: Sending, *, key: str, today: date
) -> tuple[list[InvitationCase], list[InvitationCase]]:
    """The cases whose turn it is, and those of them that get a message."""
    wanted = select(InvitationCase).order_by(col(InvitationCase.unit_filed), col(InvitationCase.dossier))
    if sending.kind == "invite":
        wanted = wanted.where(col(InvitationCase.messages) == 0)
    else:
        wanted = wanted.where(
            col(InvitationCase.messages).between(1, sending.times_max - 1),
            col(InvitationCase.messaged_on) <= today - timedelta(days=sending.after_days),
        )
    cases = [
        case
        for case in session.execute(wanted).scalars()
        if (sending.units is None or case.unit_filed in sending.units) and today <= _last_day(case, sending.days)
    ]
    statuses = read_statuses(session, cases, key=key)
    of_round = [case for case in cases if statuses[case.id] is not CaseStatus.HELD]
    return of_round, [case for case in of_round if statuses[case.id] is not CaseStatus.ANSWERED]


def _last_day(case: InvitationCase, days: int) -> date:
    return last_day_of_links(case.period, days)


def _names(session: Session, today: date) -> dict[str, str]:
    units = session.execute(select(col(Unit.code), col(Unit.name), col(Unit.valid_to)))
    return {code: name for code, name, until in units if until is None or until >= today}


def _procedure_names(session: Session) -> dict[str, str]:
    rows = session.execute(select(col(Procedure.code), col(Procedure.name)))
    return dict(map(tuple, rows))


def _check_template(text: str) -> str:
    """A text with a link in it and no place that we cannot fill."""
    try:
        named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        named = {"?"}
    unknown: Sequence[str] = sorted(named - PLACES)
    if unknown or "link" not in named:
        shown = ", ".join(f"{{{name}}}" for name in sorted(PLACES))
        raise Malformed(
            "template_unusable",
            f"Mẫu tin cần có {{link}} và chỉ dùng: {shown}",
            f"The template needs {{link}} and may use only: {shown}",
            [{"field": name, "code": "unknown_place"} for name in unknown],
        )
    return text
