"""Whoever has the whole database cannot tell which answer is whose, better than by chance. This test tries.

In each of 8 cells (unit × procedure) 5 of 7 invited people answer; a match by any order that means nothing hits
about one in each cell, 8 of 40. The number of hits is near a Poisson variable of mean 8: 24 or more has a
probability of 1e-5.
"""

import itertools
import logging
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session, select

from api.app import create_app
from api.invitations.closing import close_period
from api.invitations.importing import import_cases
from api.receiving.tokens import hash_token, normalise_token
from api.tables import InvitationCase, Procedure
from tests.api.form_pages.test_form_pages import open_page, send
from tests.api.invitations.attacker import match_by_order, read_tables, shared_values
from tests.api.invitations.people import answer, code_of, fields_of, follow
from tests.stored import store

pytestmark = pytest.mark.long

UNITS, PROCEDURES = ("00004", "00008"), tuple(f"2.00000{number}" for number in range(4))
INVITED, ANSWERING = 7, 5
CHANCE_HITS_MAX = 23
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
INVITATION_TABLES = ("invitation_case", "invitation_token", "invitation_pending", "invitation_total")

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@dataclass
class Scene:
    """What really happened, which the attacker does not know."""

    case_of: dict[str, str]  # response id → dossier, in the order in which people answered
    cell_of: dict[str, str]  # dossier → cell
    token_of: dict[str, str]  # dossier → hash
    opened: list[str]  # dossiers in the order in which the links were followed


class Watch:
    """A clock that goes on a minute at every look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def scene(engine, settings, asking, write_cases, caplog) -> Scene:
    store(
        engine,
        [Procedure(code=code, name=f"Thủ tục {code}", field="Hộ tịch", level="commune") for code in PROCEDURES],
    )
    rows = [
        (f"HS-{unit}-{procedure}-{number}", procedure, unit, f"2026-11-{3 + number:02d}")
        for unit, procedure in itertools.product(UNITS, PROCEDURES)
        for number in range(INVITED)
    ]
    for part in (0, 1, 2):  # cases come day by day
        path = write_cases(*[row for row in rows if int(row[0][-1]) % 3 == part], name=f"{part}.csv")
        asked = replace(asking, form="counter")
        import_cases(engine, path, asking=asked, now=START, actor="test", zone=settings.zone)
    app = create_app(settings, clock=Watch())
    with TestClient(app) as client, caplog.at_level(logging.DEBUG):
        scene = _let_people_answer(client, engine, [row[0] for row in rows])
    app.state.engine.dispose()
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(("hailong", "uvicorn"))
    )
    assert not any(token in logged for token in scene.token_of.values())
    return scene


def _let_people_answer(client: TestClient, engine, dossiers: list[str]) -> Scene:
    dice = random.Random(20261120)
    scene = Scene({}, {dossier: dossier.rpartition("-")[0] for dossier in dossiers}, {}, [])
    codes = {dossier: code_of(engine, dossier) for dossier in dossiers}
    scene.token_of = {dossier: hash_token(normalise_token(code)) for dossier, code in codes.items()}
    people = [dossier for dossier in dossiers if int(dossier[-1]) < ANSWERING]
    dice.shuffle(people)
    for number, dossier in enumerate(people):
        fields = fields_of(follow(client, codes[dossier]))
        scene.opened.append(dossier)
        if number % 3 == 0:  # somebody with an open link, whose time is stored to the second
            send(client, open_page(client, "/f/counter?unit=00004") | {"overall": "5"})
        reply = answer(client, fields, overall=str(1 + number % 5), comment=f"Ý kiến {number}")
        assert reply.status_code == 303
        scene.case_of[fields["_id"].replace("-", "")] = dossier
    return scene


def _order(rows, name: str = "id") -> list[str]:
    return [str(row[name]).replace("-", "") for row in rows]


def _invited(tables) -> list[dict]:
    return [row for row in tables["response"] if row["selection"] == "invited"]


def _dossiers_in_orders(tables, scene: Scene) -> dict[str, list[str]]:
    """Answered cases in every order the case side has; hardest for us: the attacker has the key and knows who
    answered."""
    answered = set(scene.case_of.values())
    dossier_of = {token: dossier for dossier, token in scene.token_of.items()}
    orders = {
        "cases": [row["dossier"] for row in tables["invitation_case"]],
        "tokens": [dossier_of[row["token_sha256"]] for row in tables["invitation_token"]],
    }
    for name in ("invitation_case", "invitation_token"):
        if "_xmin" in (tables[name] or [{}])[0]:
            by_age = sorted(tables[name], key=lambda row: (int(row["_xmin"]), int(row["_cmin"])))
            orders[f"{name} by transaction"] = [
                row.get("dossier") or dossier_of[row["token_sha256"]] for row in by_age
            ]
    return {name: [dossier for dossier in order if dossier in answered] for name, order in orders.items()}


def _responses_in_orders(tables) -> dict[str, list[str]]:
    invited = {row["id"] for row in _invited(tables)}
    orders = {
        "place": _order(_invited(tables)),
        "texts": _order([row for row in tables["response_text"] if row["response_id"] in invited], "response_id"),
        "id": sorted(_order(_invited(tables))),
    }
    if "_xmin" in tables["response"][0]:
        by_age = sorted(_invited(tables), key=lambda row: (int(row["_xmin"]), int(row["_cmin"])))
        orders["transaction"] = _order(by_age)
    return orders


def test_no_value_stands_both_with_an_answer_and_with_a_case(engine, scene):
    tables = read_tables(engine)
    cells = {*UNITS, *PROCEDURES, "counter", "invited", "2026-11"}
    case_side = [row for name in INVITATION_TABLES for row in tables[name]]
    assert len(_invited(tables)) == len(scene.case_of) == 40
    assert shared_values(_invited(tables), case_side, cells) == set()
    of_answers = [
        row for row in tables["response_text"] if str(row["response_id"]).replace("-", "") in scene.case_of
    ]
    assert len(of_answers) == 40
    assert shared_values(of_answers, case_side, cells) == set()


def test_no_other_table_knows_of_a_token_or_of_an_answered_case(engine, scene):
    tables = read_tables(engine)
    elsewhere = [str(row) for name, rows in tables.items() if name not in INVITATION_TABLES for row in rows]
    secrets = [*scene.token_of.values(), *scene.token_of]
    assert [secret for secret in secrets if any(secret in row for row in elsewhere)] == []


def test_no_order_of_the_database_matches_answers_with_cases(engine, scene):
    tables = read_tables(engine)
    hits = {
        (left, right): match_by_order(ids, dossiers, cell_of=scene.cell_of, truth=scene.case_of)
        for left, ids in _responses_in_orders(tables).items()
        for right, dossiers in _dossiers_in_orders(tables, scene).items()
    }
    assert len(hits) >= 6
    assert {pair: count for pair, count in hits.items() if count > CHANCE_HITS_MAX} == {}


def test_the_attack_would_find_an_order_if_there_were_one(scene):
    """The same attacker, given the order in which links were followed, and that of the answers."""
    hits = match_by_order(list(scene.case_of), scene.opened, cell_of=scene.cell_of, truth=scene.case_of)
    assert hits == 40


@on_sqlite
def test_whoever_watched_the_order_of_the_answers_finds_them_in_no_order_on_sqlite(engine, scene):
    tables = read_tables(engine)
    for name, ids in _responses_in_orders(tables).items():
        hits = match_by_order(ids, list(scene.case_of.values()), cell_of=scene.cell_of, truth=scene.case_of)
        assert hits <= CHANCE_HITS_MAX, name


def test_after_the_close_no_case_is_left_and_answers_have_no_order(engine, scene):
    close_period(engine, "2026-11", now=START + timedelta(days=90), actor="test")

    tables = read_tables(engine)
    for name in ("invitation_case", "invitation_token", "invitation_pending"):
        assert tables[name] == []
    totals = {
        (row["unit_filed"], row["procedure"]): (row["invited"], row["opened"], row["answered"])
        for row in tables["invitation_total"]
    }
    assert totals == dict.fromkeys(itertools.product(UNITS, PROCEDURES), (7, 5, 5))
    everything = str(tables)
    assert not any(dossier in everything for dossier in scene.token_of)
    assert len(_invited(tables)) == 40
    if engine.dialect.name == "postgresql":
        assert len({row["_xmin"] for row in _invited(tables)}) == 1
    for name, ids in _responses_in_orders(tables).items():
        hits = match_by_order(ids, list(scene.case_of.values()), cell_of=scene.cell_of, truth=scene.case_of)
        assert hits <= CHANCE_HITS_MAX, name


def test_the_instants_of_invited_answers_are_all_the_same(engine, scene):
    for column in ("submitted_at", "received_at", "local_day", "started_at", "device", "device_sequence"):
        assert len({row[column] for row in _invited(read_tables(engine))}) == 1, column


def test_without_the_key_the_database_does_not_say_which_cases_were_answered(engine, scene):
    """Tokens carry what seven people share; which of the seven is whose needs the key."""
    tables = read_tables(engine)
    assert (
        shared_values(
            tables["invitation_case"],
            [*tables["invitation_token"], *tables["invitation_pending"]],
            {*UNITS, *PROCEDURES, "counter", "invited", "2026-11", *_xids(tables)},
        )
        == set()
    )
    answered = set(scene.case_of.values())
    pending = {row["token_sha256"] for row in tables["invitation_pending"]}
    gone = [row["token_sha256"] for row in tables["invitation_token"] if row["token_sha256"] not in pending]
    dossier_of = {token: dossier for dossier, token in scene.token_of.items()}
    assert {dossier_of[token] for token in gone} == answered
    # The places of the tokens say nothing of the places of the cases.
    cases = [row["dossier"] for row in tables["invitation_case"]]
    tokens = [row["token_sha256"] for row in tables["invitation_token"]]
    hits = match_by_order(tokens, cases, cell_of=scene.cell_of, truth=dossier_of)
    assert hits <= CHANCE_HITS_MAX


@on_sqlite
def test_deleted_rows_leave_the_files_of_sqlite(engine, scene):
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    content = Path(engine.url.database).read_bytes()
    answered = {scene.token_of[dossier] for dossier in scene.case_of.values()}
    waiting = set(scene.token_of.values()) - answered
    times = {token: content.count(token.encode()) for token in scene.token_of.values()}
    # Once as a token and once in the index of periods; those that wait stand twice more.
    assert {times[token] for token in answered} == {2}
    assert {times[token] for token in waiting} == {4}


@on_postgresql
def test_postgresql_vacuums_what_was_taken_away_within_a_minute(engine):
    with engine.connect() as connection:
        options = connection.execute(text("SELECT reloptions FROM pg_class WHERE relname = 'invitation_pending'"))
        assert set(options.scalar()) == {"autovacuum_vacuum_threshold=0", "autovacuum_vacuum_scale_factor=0"}


@on_postgresql
def test_the_attack_would_find_a_mark_written_with_the_answer_on_postgresql(engine, scene):
    """A spent mark inserted in the transaction of the answer shares its number: what the design avoids."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE spent (dossier text)"))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO spent VALUES ('HS-1')"))
        one = "SELECT id FROM response WHERE selection = 'invited' LIMIT 1"
        connection.execute(text(f"UPDATE response SET month = month WHERE id = ({one})"))
    tables = read_tables(engine)
    [mark] = tables["spent"]
    assert shared_values([mark], tables["response"], set()) == {mark["_xmin"]}


def test_a_case_is_never_changed_by_what_its_person_does(engine, scene):
    with Session(engine) as session:
        assert {case.messages for case in session.exec(select(InvitationCase))} == {0}


def _xids(tables) -> set[str]:
    return {str(row.get(name)) for rows in tables.values() for row in rows for name in ("_xmin", "_xmax")}
