"""The body of a posted response: JSON to Submission, with every problem of its fields at once."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from api.errors import Malformed
from api.receiving.json_body import Ambiguous, repeated_keys
from api.receiving.reading import malformed
from api.receiving.submission import Completeness, Selection, Submission

_FIELD_TEXTS = {
    "missing": ("Thiếu mục này", "This field is missing"),
    "extra_forbidden": ("Không có mục này", "There is no such field"),
    "string_type": ("Cần một chuỗi chữ", "Expected a text"),
    "string_too_short": (
        "Không được để trống; bỏ mục này nếu không có",
        "Must not be empty; leave it out instead",
    ),
    "string_too_long": ("Quá dài", "Too long"),
    "int_type": ("Cần số nguyên", "Expected a whole number"),
    "greater_than_equal": ("Số quá nhỏ", "The number is too small"),
    "less_than_equal": ("Số quá lớn", "The number is too large"),
    "uuid_type": ("Cần một UUID dạng chuỗi", "Expected a UUID as text"),
    "uuid_parsing": ("Cần một UUID", "Expected a UUID"),
    "bool_type": ("Cần true hoặc false", "Expected true or false"),
    "finite_number": ("Cần một số hữu hạn", "Expected a finite number"),
    "float_type": ("Cần một số", "Expected a number"),
    "too_long": ("Quá nhiều mục", "Too many entries"),
    "dict_type": ("Cần một đối tượng {câu hỏi: trả lời}", "Expected an object {question: answer}"),
    "model_type": ("Mỗi phiếu là một đối tượng JSON", "A response is a JSON object"),
    "list_type": ("Cần một danh sách phiếu", "Expected a list of responses"),
    "timezone_aware": ("Thiếu múi giờ, ví dụ +07:00", "The time zone is missing, e.g. +07:00"),
    "instant": (
        "Cần thời điểm như 2026-11-20T10:00:00+07:00",
        "Expected an instant such as 2026-11-20T10:00:00+07:00",
    ),
    "nul_in_text": ("Có ký tự NUL, không lưu được", "A NUL byte cannot be stored"),
}


def _be_text(value: object) -> object:
    if not isinstance(value, str) or value[4:5] != "-":  # pydantic would take 1700000000 for an instant
        raise PydanticCustomError("instant", "expected an instant such as 2026-11-20T10:00:00+07:00")
    return value


def _be_on_the_calendar(instant: datetime) -> datetime:
    if not 2 <= instant.year <= 9997:  # its UTC would fall off the calendar
        raise PydanticCustomError("instant", "expected a year from 0002 to 9997")
    return instant


def _have_no_nul(value: str) -> str:
    if "\x00" in value:  # PostgreSQL stores no NUL
        raise PydanticCustomError("nul_in_text", "a NUL byte cannot be stored")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_be_text), AfterValidator(_be_on_the_calendar)]
Code = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_have_no_nul)]
Seconds = Annotated[float, Field(strict=True, ge=0, le=86_400, allow_inf_nan=False)]
Durations = Annotated[dict[Annotated[str, Field(max_length=60)], Seconds], Field(max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_have_no_nul)]


class PostedResponse(BaseModel):
    """What ``POST /api/v1/responses`` takes. The id is made where the answer is given, before the first send."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    form: Name
    version: Code
    answers: dict[str, Any]
    unit_filed: Code
    unit_decided: Code | None = None
    unit_residence: Code | None = None
    procedure: Code | None = None
    counter: Code | None = None
    channel: Code
    selection: Code = Selection.SELF_SELECTED.value
    language: Code = "vi"
    started_at: Instant | None = None
    submitted_at: Instant
    device: Name | None = None
    device_sequence: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] | None = None
    completeness: Code = Completeness.COMPLETE.value
    is_assisted: StrictBool = False
    option_order: Code | None = None
    clock_offset_seconds: Annotated[int, Field(strict=True, ge=-(2**31), le=2**31 - 1)] | None = None
    durations: Durations | None = None
    consent: Code | None = None

    def as_submission(self, *, is_public: bool) -> Submission:
        """The submission, with the types of the service."""
        return Submission(**self.__dict__, is_public=is_public)


class PostedBatch(BaseModel):
    """What ``POST /api/v1/responses/batch`` takes; each entry is read on its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    responses: list[Any]


class ShownReceipt(BaseModel):
    """Proof that the response is on disk; the same for the first and every later reply."""

    id: UUID
    received_at: datetime
    content_hash: str


class ShownEntry(BaseModel):
    """The answer to one entry of a batch: a receipt, or the problem with it."""

    id: str | None
    status: int
    receipt: ShownReceipt | None = None
    problem: dict[str, Any] | None = None


class ShownBatch(BaseModel):
    """The answers to a batch, in its order."""

    responses: list[ShownEntry]


def read_posted(given: Any, *, is_public: bool) -> Submission:
    """``given`` as a submission; Malformed with every problem of its fields together."""
    _refuse_repeated(given)
    try:
        return PostedResponse.model_validate(given).as_submission(is_public=is_public)
    except ValidationError as error:
        raise malformed(field_problems(error)) from None


def read_batch(given: Any, *, items_max: int) -> list[Any]:
    """The entries of a batch, not read yet."""
    if isinstance(given, Ambiguous):
        _refuse_repeated(given)
    try:
        entries = PostedBatch.model_validate(given).responses
    except ValidationError as error:
        raise malformed(field_problems(error)) from None
    if len(entries) > items_max:
        raise Malformed(
            "too_many_items",
            f"Một lô có nhiều nhất {items_max} phiếu; xin chia nhỏ",
            f"A batch holds at most {items_max} responses; please split it",
            items_max=items_max,
            items=len(entries),
        )
    return entries


def _refuse_repeated(given: Any) -> None:
    repeated = repeated_keys(given)
    if repeated:
        vi, en = (
            "Mục này có hai lần, không rõ lần nào đúng",
            "This key stands there twice; which one holds is unclear",
        )
        raise malformed([{"field": key, "code": "repeated_key", "vi": vi, "en": en} for key in repeated])


def field_problems(error: ValidationError) -> list[dict[str, Any]]:
    """The problems pydantic found, in our shape."""
    found = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        vi, en = _FIELD_TEXTS.get(problem["type"], ("Giá trị không hợp lệ", problem["msg"]))
        field = ".".join(str(part) for part in problem["loc"])[:100]
        found.append({"field": field, "code": problem["type"], "vi": vi, "en": en})
    return found
