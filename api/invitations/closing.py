"""Closes periods whose links have expired: counts stay, cases, dossier codes and tokens go."""

import random
from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import Connection, Engine, delete, select, text
from sqlmodel import Session, col

from api.audit import record_event
from api.db import begin_write
from api.errors import NotThere
from api.invitations.case_rows import last_day_of_links
from api.invitations.issuing import delete_tokens
from api.invitations.status import list_answering
from api.receiving.tokens import GRACE
from api.tables import InvitationCase, InvitationToken, InvitationTotal, Response

# Where answers of tokens can be: open ones keep their own order, invited ones must not.
OPEN_SELECTION = "self_selected"


def list_due(session: Session, today: date, *, days: int) -> list[str]:
    """Periods of which every link has expired, oldest first; ``days`` as in the settings."""
    periods = session.execute(select(col(InvitationCase.period)).distinct()).scalars()
    last_days = {period: last_day_of_links(period, days) for period in periods}
    tokens = select(col(InvitationToken.period), col(InvitationToken.expires_on)).distinct()
    for period, expires_on in session.execute(tokens):
        last_days[period] = max(expires_on, last_days.get(period, expires_on))
    return sorted(period for period, last_day in last_days.items() if today > last_day + GRACE)


def close_due(engine: Engine, *, today: date, days: int, now: datetime, actor: str) -> list[str]:
    """Close every period that is due; gives their names."""
    with Session(engine) as session:
        due = list_due(session, today, days=days)
    for period in due:
        close_period(engine, period, now=now, actor=actor)
    return due


def close_period(engine: Engine, period: str, *, now: datetime, actor: str) -> None:
    """Keep the counts of ``period``, delete its cases and tokens, and put the answers of invited people into a new
    order. No link of it can be used afterwards."""
    with Session(engine) as session, session.begin():
        begin_write(session)
        cases = select(col(InvitationCase.id)).where(col(InvitationCase.period) == period).limit(1)
        if session.execute(cases).first() is None:
            raise NotThere("unknown_period", f"Không có kỳ {period} đang mở", f"There is no open period {period}")
        totals: dict[tuple[str, str, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for line in list_answering(session, period=period):
            key = (line.period, line.form, line.selection, line.unit_filed, line.procedure or "")
            totals[key] = [
                had + more
                for had, more in zip(totals[key], (line.invited, line.opened, line.answered), strict=True)
            ]
        for key, (invited, opened, answered) in totals.items():
            session.merge(
                InvitationTotal(
                    period=key[0], form=key[1], selection=key[2], unit_filed=key[3], procedure=key[4],
                    invited=invited, opened=opened, answered=answered,
                )
            )  # fmt: skip
        delete_tokens(session, period)
        session.execute(delete(InvitationCase).where(col(InvitationCase.period) == period))
        scatter_answers(session.connection(), since=period)
        record_event(session, at=now, actor=actor, action="invitations.close", subject=period)
    _forget_what_was(engine)


def scatter_answers(connection: Connection, *, since: str) -> None:
    """On PostgreSQL, write the invited answers of the months from ``since`` on once more, in random order and in
    one transaction: afterwards neither their place nor their transaction tells when they came. On SQLite they have
    no order from the start."""
    if connection.dialect.name != "postgresql":
        return
    table = Response.__table__  # type: ignore[attr-defined]
    wanted = select(table.c.id).where(
        table.c.selection != OPEN_SELECTION, table.c.started_at.is_(None), table.c.month >= since
    )
    ids = list(connection.execute(wanted).scalars())
    for rewrite in (
        "UPDATE response SET month = month WHERE id = :id",
        "UPDATE response_text SET question = question WHERE response_id = :id",
    ):
        random.SystemRandom().shuffle(ids)
        if ids:
            connection.execute(text(rewrite), [{"id": id} for id in ids])


def _forget_what_was(engine: Engine) -> None:
    """Deleted rows also leave what the database keeps beside its tables."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            for table in (
                "invitation_case",
                "invitation_token",
                "invitation_pending",
                "response",
                "response_text",
            ):
                connection.exec_driver_sql(f"VACUUM {table}")
        else:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
