"""Signs of life of a tablet: the last one whole, all of them joined to spans without a break."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from sqlmodel import Session, col, select

from api.kiosks.configuring import read_settings_of
from api.kiosks.devices import find_device
from api.kiosks.hours import is_open
from api.kiosks.items import measure_offset
from api.kiosks.troubles import keep_troubles
from api.receiving.reading import malformed
from api.receiving.schemas import Instant, field_problems
from api.tables import KioskSpan, KioskState

MINUTES = 5
BREAK = timedelta(minutes=3 * MINUTES + 1)  # two lost heartbeats are no break
AROUND_HOURS = timedelta(minutes=30)  # switched on before the first person comes is not awake at night
ERRORS_MAX, OPTIONS_MAX, LETTERS_MAX = 20, 200, 200


def _short(value: Any) -> Any:
    return value.replace("\x00", "")[:LETTERS_MAX] if isinstance(value, str) else value


Short = Annotated[str, BeforeValidator(_short)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Battery(_Part):
    level: Annotated[float, Field(ge=0, le=1)]
    charging: bool


class Storage(_Part):
    persisted: bool | None = None
    usage: Annotated[int, Field(ge=0, le=2**53)] | None = None
    quota: Annotated[int, Field(ge=0, le=2**53)] | None = None


class Trouble(_Part):
    at: Short
    code: Short
    detail: Short = ""


class Heartbeat(_Part):
    """How a tablet is; what a newer page tells beyond this is left out."""

    at: Instant
    monotonic: float | None = None
    queue_length: Count
    oldest_queued_at: Short | None = None  # by the tablet's clock, which may say anything
    last_sent_at: Short | None = None
    last_sequence: Count
    app_version: Short
    form_version: Short | None = None
    config_version: Short | None = None
    battery: Battery | None = None
    storage: Storage | None = None
    clock_offset_seconds: float | None = None
    errors: Annotated[list[Trouble], Field(max_length=ERRORS_MAX)] = []
    is_visible: bool = True
    presses: Annotated[dict[Short, Count], Field(max_length=OPTIONS_MAX)] = {}


@dataclass(frozen=True)
class Beat:
    """A heartbeat as it came in. ``clock_offset_seconds``: our clock less the tablet's."""

    device: str
    received_at: datetime
    clock_offset_seconds: int
    told: dict[str, Any]


def read_heartbeat(given: Any, *, device: str, now: datetime) -> Beat:
    """``given`` as a heartbeat; Malformed with every problem together."""
    try:
        read = Heartbeat.model_validate(given)
    except ValidationError as error:
        raise malformed(field_problems(error)) from None
    return Beat(device, now, measure_offset(read.at, now), read.model_dump(mode="json"))


def record_heartbeats(session: Session, beats: Sequence[Beat], zone: ZoneInfo) -> None:
    """Keep the last state of each tablet and what went wrong on it; lengthen, or begin, its span. The caller
    commits."""
    for beat in sorted(beats, key=lambda beat: (beat.device, beat.received_at)):
        state = session.get(KioskState, beat.device)
        keep_troubles(
            session,
            beat.device,
            beat.told,
            before=state.told if state else {},
            heard_before=state.received_at if state else None,
            received_at=beat.received_at,
            clock_offset_seconds=beat.clock_offset_seconds,
        )
        if state is None:
            session.add(
                KioskState(
                    device=beat.device,
                    received_at=beat.received_at,
                    clock_offset_seconds=beat.clock_offset_seconds,
                    told=beat.told,
                )
            )
        elif state.received_at <= beat.received_at:
            state.received_at, state.told = beat.received_at, beat.told
            state.clock_offset_seconds = beat.clock_offset_seconds
        _lengthen(session, beat, zone)


def _lengthen(session: Session, beat: Beat, zone: ZoneInfo) -> None:
    hours = read_settings_of(session, find_device(session, beat.device)).opening_hours
    is_outside = not is_open(hours, beat.received_at, zone, grace=AROUND_HOURS)
    last = session.exec(
        select(KioskSpan).where(KioskSpan.device == beat.device).order_by(col(KioskSpan.ended_at).desc()).limit(1)
    ).first()
    if last is not None and last.is_outside == is_outside and beat.received_at - last.ended_at <= BREAK:
        last.ended_at = max(last.ended_at, beat.received_at)
        last.heartbeats += 1
    else:
        session.add(
            KioskSpan(
                device=beat.device,
                started_at=beat.received_at,
                ended_at=beat.received_at,
                heartbeats=1,
                is_outside=is_outside,
            )
        )
    session.flush()
