"""Words of people in quarantine are masked like comments; the whole is sealed, stored if it can be, and goes."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from api.db import begin_write
from api.kiosks.protecting import protect_refusals, purge_sealed_items
from api.kiosks.retrying import retry_refusals
from api.sealer import Sealer, new_seal_key
from api.settings import Settings
from api.tables import KioskDevice, KioskRefusal, Response, ResponseText
from tests.api.kiosks.conftest import make_item
from tests.conftest import NOW

WORDS = "Chị Hoa hẹn gọi 0912 345 678"
ANSWERS = {"overall": 2, "comment": WORDS}
SEALER = Sealer([new_seal_key()])


def protect(engine: Engine, settings: Settings) -> int:
    return protect_refusals(engine, SEALER, now=NOW, zone=settings.zone, keep_days=90)


def purge(engine: Engine, days: int) -> int:
    with Session(engine) as session, session.begin():
        begin_write(session)
        return purge_sealed_items(session, today=NOW.date() + timedelta(days=days))


def read_refusal(engine: Engine) -> KioskRefusal:
    with Session(engine) as session:
        return session.exec(select(KioskRefusal)).one()


def refuse(tablet, engine: Engine, **changes: object) -> dict:
    """An item that lies in quarantine because its tablet served in no unit that is known; see ``mend``."""
    item = make_item(answers=ANSWERS, **changes)
    move(engine, tablet, "99999")
    tablet.send(item)
    move(engine, tablet, "00004")
    return item


def move(engine: Engine, tablet, unit: str) -> None:
    with Session(engine) as session, session.begin():
        begin_write(session)
        device = session.get(KioskDevice, tablet.id)
        device.unit = unit
        session.add(device)


def test_words_are_masked_and_nothing_else_is_changed(tablet, engine, settings):
    item = refuse(tablet, engine)
    assert protect(engine, settings) == 1
    masked = json.loads(read_refusal(engine).item)
    assert masked["answers"]["comment"] == "Chị [tên người] hẹn gọi [số điện thoại]"
    assert masked | {"answers": None} == json.loads(json.dumps(item)) | {"answers": None}
    assert protect(engine, settings) == 0


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(f'{{"answers": "{WORDS}', id="a line that was cut off"),
        pytest.param(make_item(answers={WORDS: 1}), id="words where a question should be"),
        pytest.param(make_item(note={"more": [WORDS]}), id="words in a field that is not ours"),
        pytest.param(make_item(form=WORDS), id="words where a code should be"),
        pytest.param(make_item(answers={"overall": WORDS}), id="words that the reason of refusal repeats"),
        pytest.param(make_item(answers={"comment": f"\x00 {WORDS}"}), id="no database takes them"),
    ],
)
def test_no_number_of_a_person_is_left_to_read_anywhere_in_quarantine(tablet, engine, settings, item):
    tablet.send(item)
    protect(engine, settings)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM kiosk_refusal")).all()
    assert len(rows) == 1
    assert "345 678" not in str(rows)


def test_what_can_be_stored_later_is_stored_whole_while_it_is_sealed(tablet, engine, settings, app):
    refuse(tablet, engine)
    protect(engine, settings)
    with Session(engine, expire_on_commit=False) as session:
        assert retry_refusals(session, app.state.receiver, now=NOW, sealer=SEALER) == (1, 0)
        session.commit()
        assert session.exec(select(ResponseText.text)).one() == WORDS


def test_after_its_time_only_the_masked_words_can_be_stored(tablet, engine, settings, app):
    refuse(tablet, engine)
    protect(engine, settings)
    assert read_refusal(engine).keep_until == date(2027, 2, 18)  # 20/11/2026 and 90 days
    assert [purge(engine, 90), purge(engine, 91), purge(engine, 92)] == [0, 1, 0]
    with Session(engine, expire_on_commit=False) as session:
        assert retry_refusals(session, app.state.receiver, now=NOW, sealer=SEALER) == (1, 0)
        session.commit()
        assert "345 678" not in session.exec(select(ResponseText.text)).one()
        assert session.exec(select(Response)).one().answers == {"overall": 2}


def test_an_item_without_words_is_not_sealed(tablet, engine, settings):
    tablet.send(make_item(1, version="2031.7"))
    protect(engine, settings)
    assert read_refusal(engine).sealed is None


def test_the_same_item_sent_again_is_known_after_it_was_masked(tablet, engine, settings):
    item = make_item(version="2031.7", answers=ANSWERS)
    tablet.send(item)
    protect(engine, settings)
    tablet.send(item)
    assert "345 678" not in read_refusal(engine).item
