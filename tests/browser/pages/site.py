"""A service with something on every page: staff, tablets, signals, comments, paper, invitations, results."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from analysis.quality.signals.frames import Signal as Found
from api.app import create_app
from api.clock import local_day
from api.comments.screening import screen_waiting
from api.interviews.importing import Importer, import_assignments
from api.invitations.importing import Asking, import_cases
from api.kiosks.configuration import KioskSettings
from api.kiosks.configuring import configure_device
from api.kiosks.devices import invite_device
from api.paper.printing import print_sheets
from api.sealer import make_sealer, new_seal_key
from api.settings import Settings
from api.signals.service import store_signals
from api.tables import NightlyRun, ResponseText
from survey_forms.pages.printed.serials import write_serial
from tests.api.invitations.conftest import KEY
from tests.api.invitations.people import code_of
from tests.api.kiosks.conftest import KIOSKS, Tablet, make_heartbeat, make_item
from tests.api.paper.conftest import Person
from tests.api.staff.people import add_second_factor, add_staff, invite, sign_in
from tests.browser.served import serve
from tests.conftest import NOW
from tests.registered import add_register
from tests.releasing import make_index, make_release, make_suppressed
from tests.stored import make_response, store

EVERYBODY, CAREFUL = "moiviec@example.vn", "canthan@example.vn"  # with every role; with a second factor
LONG = "Chị Hoa hẹn gọi 0912 345 678 mà không gọi; ghế ngồi chờ thiếu, quạt hỏng, " + "rấtlâu" * 30


@dataclass(frozen=True)
class Site:
    """Where it is, and what the pages of one thing are called by."""

    app: FastAPI
    address: str
    ids: dict[str, str]

    @property
    def engine(self) -> Engine:
        return self.app.state.engine


@contextmanager
def serve_site(url: str, folder: Path) -> Iterator[Site]:
    """Serve the filled database ``url``, which is migrated and empty; the clock stands still."""
    settings = Settings(
        database_url=url, var_folder=folder / "var", exports_folder=folder / "exports", seal_key=new_seal_key(),
        invitation_key=KEY, invitation_cell=3, staff_totp_roles="none",
    )  # fmt: skip
    app = create_app(settings, clock=lambda: NOW)
    add_register(app.state.engine)
    _release(folder / "exports")
    with serve(app) as address:
        _add_interviews(app, settings, folder)
        store(app.state.engine, [_make_nightly_run(hours) for hours in (30, 6)])
        ids = _add_staff(app) | _add_responses(app, settings) | _add_tablet(app) | _add_paper(app)
        yield Site(app, address, ids | _add_cases(app, settings, folder))
    app.state.engine.dispose()


def _release(exports: Path) -> None:
    """Two months; a unit that is higher, one lower, one withheld, one silent."""
    procedure = {"procedure": "1.004222", "procedure_name": "Đăng ký thường trú"}
    rows = [make_index(estimate=83.94, low=83.0, high=84.8), make_index(**procedure, estimate=82.0)]
    for code, name, estimate in (("u1", "Phường Đông Ngạc", 95.0), ("u2", "Xã Ứng Hòa", 60.0)):
        rows.append(make_index(unit=code, unit_name=name, estimate=estimate))
        rows.append(make_index(unit=code, unit_name=name, **procedure, estimate=estimate))
    rows += [make_suppressed(unit="u4", unit_name="Phường Láng")]
    rows += [make_index(unit="u5", unit_name="Phường Xa", estimate=None, n=0)]
    for month in ("2026-09", "2026-10"):
        make_release(exports, rows, month=month, is_demonstration=True)


def _add_staff(app: FastAPI) -> dict[str, str]:
    engine = app.state.engine
    everybody = ("administrator", "analyst", "unit_head 00004", "operator 00004")
    add_staff(engine, *everybody, email=EVERYBODY)
    long = "minh.tran.van.rat.dai@trungtamphucvuhanhchinhcong.example.vn"
    other = add_staff(engine, "operator 00004", email=long)
    token = invite(engine, "analyst", email="moi@example.vn")
    secret = add_second_factor(engine, add_staff(engine, *everybody, email=CAREFUL))
    return {"account": other, "token": token, "secret": secret}


def _add_interviews(app: FastAPI, settings: Settings, folder: Path) -> None:
    """Places to go to; nobody has been there."""
    file = folder / "places.csv"
    places = [f'H{number},00004,"Tổ 12, ngõ {number} đường Lê Lợi"' for number in range(1, 4)]
    file.write_text("\n".join(["code,unit,place", *places]), encoding="utf-8")
    today = local_day(NOW, settings.zone)
    import_assignments(app.state.engine, file, Importer("test"), survey="s", today=today, now=NOW)


def _make_nightly_run(hours: int) -> NightlyRun:
    """One step that was done, one that failed."""
    at = NOW - timedelta(hours=hours)
    counts = {"screened": 1200, "masked": 0}
    done = {"name": "comments", "seconds": 1.5, "counts": counts, "error": None}
    failed = {"code": "x", "vi": "Thiếu khóa niêm phong", "en": "There is no key for the seals"}
    steps = [done, {"name": "signals", "seconds": 0.0, "counts": {}, "error": failed}]
    return NightlyRun(started_at=at, finished_at=at, failed=1, steps=steps)


def _add_responses(app: FastAPI, settings: Settings) -> dict[str, str]:
    """Thirty from one counter, two signals of them, comments read and unread."""
    engine, form = app.state.engine, app.state.forms.get("counter", "2026.1")
    given = {"unit_filed": "00004", "counter": "Q1"}
    rows = [make_response(number, form, {"overall": 5}, **given) for number in range(1, 31)]
    ids, day = tuple(str(row.id) for row in rows), rows[0].local_day
    store(engine, rows)
    for number, text in ((0, LONG), (1, "Nhanh, vui vẻ"), (2, "Chờ lâu ở quầy số 2"), (3, "Tốt")):
        store(engine, [ResponseText(response_id=UUID(int=number + 1), question="comment", text=text)])
    screen_waiting(engine, make_sealer(settings), now=NOW, zone=settings.zone, keep_days=90)
    store(engine, [ResponseText(response_id=UUID(int=5), question="comment", text="Chờ sàng lọc 0987654321")])
    burst = {"responses": 13, "minutes": 10, "expected": 0.3, "until": "10:04"}
    late = {"hits": 26, "responses": 30, "minutes": 15, "share": 86.7, "share_elsewhere": 4.2}
    found = [
        Found("closing_time", "counter", "00004", "Q1", None, late, ids, 1e-7),
        Found("burst", "counter", "00004", "Q1", day, burst, ids[:13], 3.6e-15),
        Found("trap", "counter", "00008", None, None, {"responses": 1}, ids[:1]),
    ]
    with Session(engine) as session, session.begin():
        store_signals(session, found, month="2026-10", now=NOW)
    return {"commented": ids[0], "deleted": ids[20], "deleted en": ids[21]}


def _add_tablet(app: FastAPI) -> dict[str, str]:
    """One that lost some responses, had some refused, and tells of troubles."""
    client = TestClient(app)
    with Session(app.state.engine) as session, session.begin():
        code = invite_device(
            session, unit="00004", counter="Q1", now=NOW, settings=KioskSettings(), actor="cli"
        ).code
    told = client.post(f"{KIOSKS}/enrol", json={"code": code}).json()
    tablet = Tablet(client, told["device"], told["key"], told["config"])
    tablet.send(make_item(1), make_item(2, version="2031.7"))
    trouble = {"at": NOW.isoformat(), "code": "quota", "detail": "x" * 150}
    battery, storage = {"level": 0.1, "charging": False}, {"persisted": False}
    tablet.post("heartbeat", make_heartbeat(last_sequence=9, storage=storage, battery=battery, errors=[trouble]))
    with Session(app.state.engine) as session, session.begin():
        configure_device(session, tablet.id, {"contrast": "high"}, now=NOW, actor="cli")
    return {"tablet": tablet.id}


def _add_paper(app: FastAPI) -> dict[str, str]:
    """A batch being keyed, another whose second keying differs, thirty sheets."""
    engine = app.state.engine
    with Session(engine) as session, session.begin():
        printed = print_sheets(
            session, forms=app.state.forms, codes=app.state.receiver.codes, form="counter", unit="00004",
            sheets=9, day=NOW.date(), now=NOW, actor="test",
        )  # fmt: skip
        start, printing = printed.first_number, printed.id
    first, second = (_join(app, email) for email in ("mot@example.vn", "hai@example.vn"))
    keyed = first.open_batch(1, 5)
    first.key(keyed, start, overall="5", comment="Tốt")
    first.post(f"/{keyed}/finish", f"/{keyed}")
    second.key(keyed, start, overall="3", comment="Xấu")
    open_batch = first.open_batch(3, 9)
    first.key(open_batch, start + 1, overall="4")
    return {
        "checking": str(keyed), "differing": str(start), "entering": str(open_batch), "printing": str(printing),
        "serial": write_serial(start + 2).replace(" ", "%20"),
    }  # fmt: skip


def _join(app: FastAPI, email: str) -> Person:
    add_staff(app.state.engine, "operator 00004", email=email)
    client = TestClient(app)
    assert sign_in(client, email=email).status_code == 303
    return Person(client)


def _add_cases(app: FastAPI, settings: Settings, folder: Path) -> dict[str, str]:
    """Invited people: their codes."""
    rows = [f"HS-{number},1.000001,00004,2026-11-10" for number in range(9)]
    file = folder / "cases.csv"
    file.write_text("\n".join(["dossier,procedure,unit_filed,result_day", *rows]), encoding="utf-8")
    asking = Asking("counter", "invited", KEY, settings.invitation_days, settings.invitation_cell)
    import_cases(app.state.engine, file, asking=asking, now=NOW, actor="test", zone=settings.zone)
    return {f"code{number}": code_of(app.state.engine, f"HS-{number}") for number in range(9)}
