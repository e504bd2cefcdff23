"""What a printed code opens, and the short address beside it that can be typed."""

from datetime import date
from urllib.parse import quote, urlencode, urlsplit

from sqlalchemy import or_, select
from sqlmodel import Session, col

from api.errors import NotThere
from api.receiving.submission import Channel
from api.tables import Counter, Unit
from survey_forms.pages.printed.qr_sheets import PrintedCode

SHORT = "/q"
COUNTER_FORM, UNIT_FORM = "counter", "one_stop"


def form_path(form: str, *, unit: str, counter: str = "") -> str:
    """The page of ``form`` for a unit, or for one of its counters."""
    place = {"counter": counter} if counter else {"unit": unit}
    return f"/f/{quote(form)}?{urlencode(place | {'channel': Channel.QR.value})}"


def find_form_path(session: Session, code: str, *, form: str, day: date) -> str:
    """Where the short address of ``code`` leads: a counter first, else a unit; NotThere when it is neither."""
    counter = session.get(Counter, code)
    if counter is not None and counter.valid_from <= day and (counter.valid_to is None or day <= counter.valid_to):
        return form_path(form or COUNTER_FORM, unit=counter.unit_code, counter=code)
    if _find_unit(session, code, day) is not None:
        return form_path(form or UNIT_FORM, unit=code)
    raise NotThere(
        "unknown_place", f"Không có quầy hay đơn vị {code[:40]}", f"There is no counter or unit {code[:40]}"
    )


def make_codes(
    session: Session, *, address: str, day: date, unit: str, counters: list[str] | None, form: str = ""
) -> list[PrintedCode]:
    """The code of ``unit``; with ``counters`` those of its counters instead (an empty list: of all). NotThere
    names what the register does not have that day."""
    found = _find_unit(session, unit, day)
    if found is None:
        raise NotThere("unknown_unit", f"Không có đơn vị {unit}", f"There is no unit {unit}")
    if counters is None:
        return [_code(address, found.name, unit, form_path(form or UNIT_FORM, unit=unit), form)]
    standing = select(Counter).where(
        col(Counter.unit_code) == unit,
        col(Counter.valid_from) <= day,
        or_(col(Counter.valid_to).is_(None), col(Counter.valid_to) >= day),
    )
    known = {counter.code: counter for counter in session.execute(standing.order_by(col(Counter.code))).scalars()}
    missing = [code for code in counters if code not in known]
    if missing or not known:
        shown = ", ".join(missing) or "–"
        raise NotThere(
            "unknown_counter",
            f"Đơn vị {unit} không có quầy: {shown}",
            f"Unit {unit} has no counter: {shown}",
            [{"counter": code, "code": "unknown_counter"} for code in missing],
        )
    return [
        _code(
            address,
            found.name,
            code,
            form_path(form or COUNTER_FORM, unit=unit, counter=code),
            form,
            counter=known[code].name,
        )
        for code in counters or known
    ]


def _code(address: str, unit: str, code: str, path: str, form: str, *, counter: str = "") -> PrintedCode:
    base = address.rstrip("/")
    parts = urlsplit(base)
    short = f"{parts.netloc}{parts.path}{SHORT}/{quote(code)}" + (f"/{quote(form)}" if form else "")
    return PrintedCode(address=base + path, short=short, unit=unit, counter=counter)


def _find_unit(session: Session, code: str, day: date) -> Unit | None:
    wanted = select(Unit).where(
        col(Unit.code) == code,
        col(Unit.valid_from) <= day,
        or_(col(Unit.valid_to).is_(None), col(Unit.valid_to) >= day),
    )
    return session.execute(wanted).scalars().first()


def name_unit(session: Session, code: str, day: date) -> str:
    """The name of ``code`` on ``day``, else the code."""
    found = _find_unit(session, code, day)
    return found.name if found else code
