"""The body of a posted response: JSON to Submission, with every problem of its fields at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError, from_json

from api.errors import Malformed
from api.responses.reading import malformed
from api.responses.submission import Selection, Submission

_FIELD_TEXTS = {
    "missing": ("Thiếu mục này", "This field is missing"),
    "extra_forbidden": ("Không có mục này", "There is no such field"),
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

    def as_submission(self, *, is_public: bool) -> Submission:
        """The submission, with the types of the service."""
        return Submission(**self.__dict__, is_public=is_public)


class PostedBatch(BaseModel):
    """What ``POST /api/v1/responses/batch`` takes; each entry is read on its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    responses: list[Any]


def read_json(body: bytes) -> Any:
    """The JSON of ``body``; Malformed when it is not UTF-8, not JSON, too deep, or has NaN in it."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Malformed(
            "not_json",
            "Nội dung không phải JSON hợp lệ (UTF-8)",
            "The body is not valid JSON in UTF-8",
            [{"field": "", "code": "not_json", "message": str(error)}],
        ) from None


def read_posted(given: Any, *, is_public: bool) -> Submission:
    """``given`` as a submission; Malformed with every problem of its fields together."""
    try:
        return PostedResponse.model_validate(given).as_submission(is_public=is_public)
    except ValidationError as error:
        raise malformed(field_problems(error)) from None


def read_batch(given: Any, *, items_max: int) -> list[Any]:
    """The entries of a batch, not read yet."""
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


def text_of(given: Any, field: str) -> str | None:
    """The text ``given`` holds in ``field``, shortened, when there is one; ``given`` may be anything."""
    value = given.get(field) if isinstance(given, Mapping) else None
    return value[:60] if isinstance(value, str) else None


def field_problems(error: ValidationError) -> list[dict[str, Any]]:
    """The problems pydantic found, in our shape."""
    found = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        vi, en = _FIELD_TEXTS.get(problem["type"], ("Giá trị không hợp lệ", problem["msg"]))
        field = ".".join(str(part) for part in problem["loc"])[:100]
        found.append({"field": field, "code": problem["type"], "vi": vi, "en": en})
    return found
