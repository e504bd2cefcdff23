"""A database in use is brought to the newest version: every answer is still there, and still joined."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from api.cli.migrate import run_migrations
from api.db import make_engine
from api.tables import Response, ResponseText
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
