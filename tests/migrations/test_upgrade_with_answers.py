"""A database in use is brought to the newest version: every answer is still there, and still joined."""

from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from api.cli.migrate import run_migrations
from api.db import make_engine
from api.schema import migrations_config
from api.tables import InterviewAttempt, KioskRefusal, PaperPrinting, Response, ResponseText
from tests.postgres_server import execute

FIRST = "0001"
ID = UUID("5b6f2a0e-9a53-4d0e-8f57-6a1c2f3b4d5e")


@pytest.fixture(params=["sqlite", "postgresql"])
def first_version(request, tmp_path):
    """A database of the first version with a response and its comment, as an office would have it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'office.sqlite3'}"
    else:
        server = request.getfixturevalue("postgres_server")
        execute(server, "CREATE DATABASE office")
        url = f"{server.rsplit('/', 1)[0]}/office"
    run_migrations(url, to=FIRST)
    engine = make_engine(url)
    with engine.begin() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        connection.execute(
            text(
                "INSERT INTO response (id, form, version, form_hash, answers, content_hash, unit_filed, channel,"
                " selection, language, submitted_at, received_at, local_day, month, is_clock_doubted, is_demo)"
                " VALUES (:id, 'counter', '2026.1', 'f', '{\"overall\": 5}', 'c', '00004', 'kiosk',"
                " 'self_selected', 'vi', '2026-11-20 03:00:00', '2026-11-20 03:00:00', '2026-11-20', '2026-11',"
                " false, false)"
            ),
            {"id": ID.hex if is_sqlite else str(ID)},
        )
        connection.execute(
            text("INSERT INTO response_text (response_id, question, text) VALUES (:id, 'comment', 'Chờ lâu')"),
            {"id": ID.hex if is_sqlite else str(ID)},
        )
    yield url, engine
    engine.dispose()
    if request.param == "postgresql":
        execute(server, "DROP DATABASE office WITH (FORCE)")


def test_every_answer_and_comment_is_still_there_after_the_upgrade(first_version: tuple[str, Engine]):
    url, engine = first_version
    run_migrations(url)
    with Session(engine) as session:
        response = session.get(Response, ID)
        assert response is not None
        assert (response.answers, response.completeness, response.is_assisted) == (
            {"overall": 5},
            "complete",
            False,
        )
        kept = session.get(ResponseText, (ID, "comment"))
        assert kept is not None
        assert kept.text == "Chờ lâu"


def test_what_is_joined_after_the_upgrade_stays_joined(first_version: tuple[str, Engine]):
    url, engine = first_version
    run_migrations(url)
    with pytest.raises(Exception, match=r"(?i)foreign key"), engine.begin() as connection:
        connection.execute(text("DELETE FROM response"))


def test_what_is_in_use_before_the_nightly_work_is_there_after_it_and_after_going_back(
    before_nightly: tuple[str, Engine],
):
    url, engine = before_nightly
    config = migrations_config()
    config.attributes["database_url"] = url
    for move, version in ((command.upgrade, "0011"), (command.downgrade, "0010"), (command.upgrade, "head")):
        move(config, version)
        assert count_in_use(engine) == {"kiosk_refusal": 1, "paper_printing": 1, "interview_attempt": 1}
    with Session(engine) as session:
        refusal = session.exec(select(KioskRefusal)).one()
        assert (refusal.item, refusal.rules, refusal.sealed, refusal.keep_until) == ("{}", "", None, None)
        assert session.exec(select(PaperPrinting.consent)).one() is None
        assert session.exec(select(InterviewAttempt.why)).one() is None


@pytest.fixture
def before_nightly(first_version: tuple[str, Engine]) -> tuple[str, Engine]:
    """A tablet with a response in quarantine, sheets that were printed, a place that was visited."""
    url, engine = first_version
    run_migrations(url, to="0010")
    attempt = ID.hex if engine.dialect.name == "sqlite" else str(ID)
    rows = (
        "INSERT INTO kiosk_device (id, number, unit, key_sha256, pin, config_version, first_sequence, enrolled_at)"
        " VALUES ('d', 1, '00004', 'k', '{}', 1, 1, '2026-11-20 03:00:00')",
        "INSERT INTO kiosk_refusal (device, content_hash, item, problem, received_at)"
        " VALUES ('d', 'c', '{}', '{}', '2026-11-20 03:00:00')",
        "INSERT INTO paper_printing (form, version, language, unit, first_number, sheets, printed_at, printed_by)"
        " VALUES ('counter', '2026.1', 'vi', '00004', 1, 10, '2026-11-20 03:00:00', 'cli')",
        "INSERT INTO interview_assignment (id, survey, code, unit, place, imported_at)"
        " VALUES ('a', '2026-q4', 'H1', '00004', 'Ngõ 5', '2026-11-20 03:00:00')",
        "INSERT INTO interview_attempt (id, assignment, outcome, local_day)"
        f" VALUES ('{attempt}', 'a', 'break_off', '2026-11-20')",
    )
    with engine.begin() as connection:
        for row in rows:
            connection.execute(text(row))
    return url, engine


def count_in_use(engine: Engine) -> dict[str, int]:
    tables = ("kiosk_refusal", "paper_printing", "interview_attempt")
    with engine.connect() as connection:
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}
