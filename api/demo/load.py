"""Fills the database with the demonstration, once: places, transactions, responses, and the truth beside them."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from api.clock import local_day, month_days, month_of
from api.db import begin_write
from api.demo.population import (
    SEED,
    Place,
    count_transactions,
    draw_respondents,
    make_places,
    make_population,
    true_shares,
)
from api.demo.submissions import make_submissions
from api.receiving.known_codes import KnownCodes
from api.receiving.service import Submission, read_submission, record_all
from api.tables import Counter, Procedure, Response, TransactionCount, Unit
from survey_forms.loader import Catalogue

PROVINCE = "04"  # Cao Bằng: few communes, so that the first run is short
CENTRE = "TTPVHCC-04"
FORMS = (("one_stop", "qr", "invited"), ("counter", "kiosk", "self_selected"))
FINISHED_MONTHS = 3
CHUNK = 1000
Progress = Callable[[str, float], None]


def is_loaded(engine: Engine) -> bool:
    """Whether the demonstration stands in the database."""
    with Session(engine) as session:
        return session.exec(select(Response.id).where(Response.is_demo).limit(1)).first() is not None


def demo_months(today: date) -> list[str]:
    """The last three finished months, oldest first, and the running one."""
    months = [month_of(today)]
    first = today.replace(day=1)
    for _ in range(FINISHED_MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        months.insert(0, month_of(first))
    return months


def load_demo(
    engine: Engine, catalogue: Catalogue, *, now: datetime, zone: ZoneInfo, truth_file: Path, progress: Progress
) -> int:
    """Store the demonstration and return how many responses it has; ``truth_file`` gets the true indices.

    The registry must hold the units and the starter procedures already.
    """
    today = local_day(now, zone)
    places = _store_places(engine, today)
    codes = KnownCodes(engine)
    stored = 0
    truth = []
    months = demo_months(today)
    for step, month in enumerate(months):
        days = month_days(month)[1].day
        last_day = max(today.day - 1, 1) if month == month_of(today) else days
        population = make_population(places, month, share_of_month=last_day / days)
        _store_transactions(engine, month, population)
        truth.append(_truth_of(month, population))
        for number, (form_id, channel, selection) in enumerate(FORMS):
            form = catalogue.current(form_id, today)
            people = draw_respondents(population, seed=SEED + number)
            submissions = make_submissions(
                people,
                form,
                month=month,
                last_day=last_day,
                channel=channel,
                selection=selection,
                seed=SEED,
                zone=zone,
            )
            stored += _store_responses(engine, submissions, catalogue, codes, zone)
            progress(f"{month} {form_id}", (step * len(FORMS) + number + 1) / (len(months) * len(FORMS)))
    truth_file.parent.mkdir(parents=True, exist_ok=True)
    truth_file.write_text(json.dumps({"seed": SEED, "months": truth}, ensure_ascii=False, indent=1), "utf-8")
    return stored


def _store_places(engine: Engine, today: date) -> list[Place]:
    with Session(engine) as session:
        begin_write(session)
        communes = session.exec(
            select(Unit.code)
            .where(Unit.parent_code == PROVINCE, Unit.kind == "commune", col(Unit.valid_to).is_(None))
            .order_by(Unit.code)
        ).all()
        procedures = session.exec(select(Procedure).order_by(Procedure.code)).all()
        by_level = {level: [p.code for p in procedures if p.level == level] for level in ("commune", "province")}
        since = date(2025, 7, 1)
        if session.exec(select(func.count()).where(Unit.code == CENTRE)).one() == 0:
            session.add(
                Unit(
                    code=CENTRE,
                    name="Trung tâm Phục vụ hành chính công tỉnh (trình diễn)",
                    name_en="Provincial public administrative service centre (demonstration)",
                    kind="centre",
                    parent_code=PROVINCE,
                    valid_from=since,
                    is_demo=True,
                )
            )
        for unit in (*communes, CENTRE):
            code = f"{unit}-Q1"
            if session.get(Counter, code) is None:
                session.add(Counter(code=code, unit_code=unit, name="Quầy số 1", valid_from=since, is_demo=True))
        session.commit()
    return make_places(communes, CENTRE, by_level["commune"], by_level["province"])


def _store_transactions(engine: Engine, month: str, population: pl.DataFrame) -> None:
    with Session(engine) as session:
        begin_write(session)
        for row in count_transactions(population).iter_rows(named=True):
            session.add(TransactionCount(month=month, is_demo=True, **row))
        session.commit()


def _store_responses(
    engine: Engine, submissions: Iterable[Submission], catalogue: Catalogue, codes: KnownCodes, zone: ZoneInfo
) -> int:
    stored = 0
    for chunk in _in_chunks(submissions):
        ready = [
            read_submission(s, forms=catalogue, codes=codes, now=s.submitted_at + timedelta(seconds=2), zone=zone)
            for s in chunk
        ]
        with Session(engine) as session:
            begin_write(session)
            record_all(session, ready)
            session.commit()
        stored += len(ready)
    return stored


def _truth_of(month: str, population: pl.DataFrame) -> dict[str, object]:
    return {
        "month": month,
        "form": "one_stop",
        "overall": true_shares(population, []).to_dicts()[0],
        "units": true_shares(population, ["unit"]).sort("unit").to_dicts(),
        "procedures": true_shares(population, ["procedure"]).sort("procedure").to_dicts(),
    }


def _in_chunks(submissions: Iterable[Submission]) -> Iterator[list[Submission]]:
    rest = iter(submissions)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
