"""What to open once the service runs."""

from sqlalchemy import Engine
from sqlmodel import Session, select

from api.clock import local_day, month_of, utc_now
from api.settings import Settings
from api.tables import Counter


def list_addresses(engine: Engine, settings: Settings, base: str, *, program: str) -> list[str]:
    """Lines to print: addresses, and where a demonstration is loaded, one unit to try them on.

    ``program`` is how this one was called, so that what is printed can be typed.
    """
    with Session(engine) as session:
        demo = session.exec(select(Counter).where(Counter.is_demo).order_by(Counter.code).limit(1)).first()
    lines = [
        f"Phiếu / Forms               {base}/",
        f"Kết quả / Results           {base}/results",
        f"API                         {base}/api/v1/openapi.json",
    ]
    if demo is not None:
        month = month_of(local_day(utc_now(), settings.zone))
        lines += [
            f"Trả lời thử / Try a phone   {base}/f/one_stop?unit={demo.unit_code}&counter={demo.code}",
            f"Chỉ số đổi / Index moves    {program} index --month {month} --form one_stop --unit {demo.unit_code}",
            "Số liệu là trình diễn, không có thật / The data are a demonstration, not real",
        ]
    return lines
