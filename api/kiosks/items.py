"""What a tablet sends: a batch of items, each a response as it lay in the queue; JSON to Submission."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError

from api.errors import Malformed
from api.kiosks.device_guard import FINAL, Device
from api.receiving.json_body import read_json, repeated_keys
from api.receiving.reading import malformed
from api.receiving.schemas import Code, Durations, Instant, Name, field_problems
from api.receiving.submission import Channel, Completeness, Submission

ITEMS_MAX = 200
OFFSET_MAX = 2**31 - 1
Body = TypeVar("Body", bound=BaseModel)


class KioskItem(BaseModel):
    """One response of a tablet; where it was given is known from the tablet. ``service`` is only what the screen
    was opened by: it is not stored with the answers. ``clock_offset_seconds``: our clock less the tablet's, as it
    knew it when the answer was given; a clock that was set back and mended before the sending is told only so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    sequence: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
    form: Name
    version: Code
    answers: dict[str, Any]
    language: Code = "vi"
    started_at: Instant | None = None
    submitted_at: Instant
    procedure: Code | None = None
    completeness: Code = Completeness.COMPLETE.value
    is_assisted: StrictBool = False
    option_order: Code | None = None
    durations: Durations | None = None
    consent: Code | None = None
    service: Name | None = None
    clock_offset_seconds: Annotated[int, Field(strict=True, ge=-OFFSET_MAX, le=OFFSET_MAX)] | None = None
    channel: Literal["kiosk", "interviewer"] = "kiosk"  # who holds the tablet

    def as_submission(self, device: Device, *, clock_offset_seconds: int | None) -> Submission:
        """The submission of ``device``; ``clock_offset_seconds`` counts where the item does not say its own."""
        own = ("sequence", "service", "clock_offset_seconds", "channel")
        known = self.clock_offset_seconds
        return Submission(
            **{name: value for name, value in self.__dict__.items() if name not in own},
            unit_filed=device.unit,
            counter=device.counter,
            channel=Channel(self.channel),
            device=device.id,
            device_sequence=self.sequence,
            clock_offset_seconds=clock_offset_seconds if known is None else known,
        )


class KioskBatch(BaseModel):
    """The body of ``POST /api/v1/kiosks/me/responses``; each item is read on its own."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    sent_at: Instant
    app_version: Annotated[str, Field(max_length=60)] = ""
    items: list[Any]


class AskedIds(BaseModel):
    """The body of ``POST /api/v1/kiosks/me/known``."""

    ids: Annotated[list[UUID], Field(max_length=1000)]


def read_item(given: Any, device: Device, *, clock_offset_seconds: int | None) -> Submission:
    """``given`` as a submission; Malformed with every problem of its fields together."""
    repeated = repeated_keys(given)
    if repeated:
        vi, en = "Mục này có hai lần", "This key stands there twice"
        raise malformed([{"field": key, "code": "repeated_key", "vi": vi, "en": en} for key in repeated])
    try:
        return KioskItem.model_validate(given).as_submission(device, clock_offset_seconds=clock_offset_seconds)
    except ValidationError as error:
        raise malformed(field_problems(error)) from None


def read_batch(body: bytes) -> KioskBatch:
    """``body`` as a batch of at most ITEMS_MAX items, not read yet."""
    batch = _read(KioskBatch, _read_body(body))
    if len(batch.items) > ITEMS_MAX:
        raise Malformed(
            "too_many_items",
            f"Một lần gửi nhiều nhất {ITEMS_MAX} phiếu; xin chia nhỏ",
            f"At most {ITEMS_MAX} responses at a time; please split them",
            items_max=ITEMS_MAX,
            action=FINAL,
        )
    return batch


def read_ids(given: Any) -> list[UUID]:
    """The ids a tablet asks about."""
    return _read(AskedIds, given).ids


def measure_offset(sent_at: datetime, now: datetime) -> int:
    """Our clock less the tablet's, in seconds."""
    seconds = round((now - sent_at).total_seconds())
    return max(-OFFSET_MAX, min(OFFSET_MAX, seconds))


def item_field(given: Any, name: str) -> Any:
    """What ``given`` holds as ``name``; ``given`` may be anything."""
    return given.get(name) if isinstance(given, Mapping) else None


def _read_body(body: bytes) -> Any:
    """The JSON of ``body``. Half an emoji, from a text cut in the middle, becomes U+FFFD: a strict reader refuses
    the whole body for it, and one response would hold up the queue for ever."""
    try:
        return read_json(body)
    except Malformed as refusal:
        try:
            return mend_text(json.loads(body, parse_constant=_refuse_constant))
        except (ValueError, RecursionError):
            raise refusal from None


def mend_text(given: Any) -> Any:
    """``given`` with every lone half of an emoji as U+FFFD."""
    if isinstance(given, str):
        return given.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(given, list):
        return [mend_text(inner) for inner in given]
    if isinstance(given, dict):
        return {mend_text(key): mend_text(inner) for key, inner in given.items()}
    return given


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and the infinities are no JSON


def _read(model: type[Body], given: Any) -> Body:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise malformed(field_problems(error)) from None
