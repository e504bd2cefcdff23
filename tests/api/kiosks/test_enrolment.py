"""A code becomes a device once; its key counts until it is revoked; its configuration has versions."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.errors import Malformed
from api.kiosks.codes import CODE_LETTERS, PIN_ITERATIONS, hash_pin, make_code
from api.kiosks.configuration import KioskSettings
from api.kiosks.configuring import change_pin, configure_device, list_configs, roll_back_device
from api.kiosks.devices import invite_device, revoke_device
from api.tables import AuditEvent, KioskDevice, KioskEnrolment
from tests.api.kiosks.conftest import KIOSKS
from tests.conftest import NOW


def act(engine: Engine, deed, *args, **more):
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return deed(session, *args, now=NOW, actor="test", **more)


def test_a_tablet_gets_its_key_its_number_and_what_to_show(enrol):
    first, second = enrol(), enrol(counter=None)
    assert (first.config["number"], second.config["number"]) == (1, 2)
    assert first.config["unit_name"] == {"vi": "Phường Ba Đình", "en": "Phường Ba Đình"}
    assert (first.config["counter"], first.config["counter_name"]) == ("Q1", "Quầy 1")
    assert first.config["questionnaire"]["id"] == "counter"
    assert first.config["pin"]["iterations"] == PIN_ITERATIONS
    assert first.get("config").json() == first.config


def test_neither_key_nor_code_nor_pin_is_stored_readably(enrol, invite, engine: Engine):
    tablet, code = enrol(), invite()
    with Session(engine) as session:
        stored = repr([row.model_dump() for row in session.exec(select(KioskDevice))])
        stored += repr([row.model_dump() for row in session.exec(select(KioskEnrolment))])
    assert tablet.key.split("_", 2)[2] not in stored  # it may hold "_" itself
    assert code not in stored


def test_a_code_is_good_once(client, invite):
    code = invite()
    assert client.post(f"{KIOSKS}/enrol", json={"code": code}).status_code == 201
    again = client.post(f"{KIOSKS}/enrol", json={"code": code})
    assert (again.status_code, again.json()["code"], again.json()["action"]) == (404, "unknown_code", "final")


def test_a_code_is_typed_as_people_type(client, invite):
    code = invite()
    assert client.post(f"{KIOSKS}/enrol", json={"code": f" {code[:4].lower()}-{code[4:]} "}).status_code == 201


def test_a_code_runs_out(client, engine: Engine):
    with Session(engine) as session, session.begin():
        settings = KioskSettings()
        code = invite_device(
            session, unit="00004", counter=None, now=NOW - timedelta(minutes=5), settings=settings,
            actor="test", minutes=5,
        ).code  # fmt: skip
    assert client.post(f"{KIOSKS}/enrol", json={"code": code}).status_code == 404


def test_codes_have_no_letters_that_are_taken_for_others():
    assert not set("0O1I") & set(CODE_LETTERS)
    assert len({make_code() for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("unit", "counter", "codes"),
    [
        ("99999", None, ["unknown_unit"]),
        ("00004", "Q8", ["counter_of_other_unit"]),
        ("99999", "Q9", ["unknown_unit", "counter_of_other_unit"]),
    ],
)
def test_a_place_that_is_not_there_is_refused_with_every_problem(engine: Engine, unit, counter, codes):
    with pytest.raises(Malformed) as told:
        act(engine, invite_device, unit=unit, counter=counter, settings=KioskSettings())
    assert [problem["code"] for problem in told.value.problems] == codes


@pytest.mark.parametrize(
    "key", ["", "Bearer hl_a_b", "Bearer hd__", "Bearer hd_nobody_secret", "Bearer hd_\x7f_b"]
)
def test_a_key_that_does_not_count_says_enrol_again(client, tablet, key):
    reply = client.get(f"{KIOSKS}/me/config", headers={"Authorization": key})
    assert (reply.status_code, reply.json()["action"]) == (401, "re_enrol")


def test_a_revoked_tablet_is_refused_at_once(tablet, engine: Engine):
    assert tablet.get("config").status_code == 200
    act(engine, revoke_device, tablet.id)
    assert tablet.get("config").json()["action"] == "re_enrol"


def test_enrolled_again_it_keeps_number_pin_and_settings_and_the_old_key_ends(enrol, tablet, engine: Engine):
    act(engine, configure_device, tablet.id, {"brightness": "60"})
    again = enrol(device=tablet.id, first_sequence=119)
    assert (again.id, again.config["number"], again.config["brightness"]) == (tablet.id, 1, 60)
    assert again.config["pin"] == tablet.config["pin"]
    assert tablet.get("config").status_code == 401


def test_configuration_moves_forward_and_back_and_keeps_its_history(tablet, engine: Engine):
    versions = [tablet.config["version"]]
    act(engine, configure_device, tablet.id, {"contrast": "high", "idle_seconds": "45"})
    versions.append(tablet.get("config").json()["version"])
    act(engine, roll_back_device, tablet.id)
    shown = tablet.get("config").json()
    versions.append(shown["version"])
    assert (shown["contrast"], shown["idle_seconds"]) == ("normal", 30)
    assert len(set(versions)) == 3
    with Session(engine) as session:
        assert [(row.version, row.restores) for row in list_configs(session, tablet.id)] == [
            (3, 1),
            (2, None),
            (1, None),
        ]
        actions = list(session.exec(select(AuditEvent.action).order_by(AuditEvent.id)))
    assert actions == ["kiosk.invite", "kiosk.enrol", "kiosk.configure", "kiosk.rollback"]


def test_the_same_configuration_again_is_no_version(tablet, engine: Engine):
    act(engine, configure_device, tablet.id, {"contrast": "normal"})
    assert tablet.get("config").json() == tablet.config


def test_what_it_has_already_is_not_sent_again(tablet):
    etag = tablet.get("config").headers["etag"]
    assert etag == f'"{tablet.config["version"]}"'
    reply = tablet.get("config", **{"If-None-Match": etag})
    assert (reply.status_code, reply.content) == (304, b"")


def test_a_new_pin_comes_with_the_next_configuration(tablet, engine: Engine):
    pin = act(engine, change_pin, tablet.id)
    shown = tablet.get("config").json()
    assert (len(pin), pin.isdigit()) == (6, True)
    assert shown["pin"] != tablet.config["pin"]
    assert shown["version"] != tablet.config["version"]


def test_the_pin_is_checked_as_a_browser_checks_it():
    told = hash_pin("123456")
    derived = hashlib.pbkdf2_hmac("sha256", b"123456", bytes.fromhex(told["salt"]), told["iterations"])
    assert derived.hex() == told["hash"]
