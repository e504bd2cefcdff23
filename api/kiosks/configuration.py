"""What a tablet can be told to do: every choice with its default, read from what an office gives."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import groupby, pairwise
from typing import Any

from api.errors import Malformed
from survey_forms.form import LANGUAGES

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MORNING_AND_AFTERNOON = [["07:30", "11:30"], ["13:30", "17:00"]]
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DAY_OF_HOURS = re.compile(r"(?P<from>[a-z]{3})(-(?P<to>[a-z]{3}))?")


def _office_hours() -> dict[str, list[list[str]]]:
    return {day: [list(span) for span in MORNING_AND_AFTERNOON] for day in DAYS[:5]}


@dataclass(frozen=True)
class KioskSettings:
    """``form_version`` None: the one that holds on the day. ``opening_hours``: day → spans; outside them the
    screen is closed, and what is queued is still sent."""

    form: str = "counter"
    form_version: str | None = None
    languages: tuple[str, ...] = ("vi", "en")
    language: str = "vi"
    option_order: str = "ascending"  # descending, alternate
    brightness: int = 100
    text_scale: float = 1.0
    contrast: str = "normal"
    idle_seconds: int = 30
    countdown_seconds: int = 10
    opening_hours: dict[str, list[list[str]]] = field(default_factory=_office_hours)
    speech: bool = False
    mode: str = "rating"  # form, interviewer
    asks_procedure: bool = False

    def as_document(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {"languages": list(self.languages)}


ALLOWED: Mapping[str, tuple[str, ...]] = {
    "language": LANGUAGES,
    "option_order": ("ascending", "descending", "alternate"),
    "contrast": ("normal", "high"),
    "mode": ("rating", "form", "interviewer"),
}
RANGES: Mapping[str, tuple[float, float]] = {
    "brightness": (10, 100),  # below, nobody finds the way back
    "text_scale": (0.8, 2.0),
    "idle_seconds": (10, 600),
    "countdown_seconds": (5, 60),
}


def settings_from(document: Mapping[str, Any]) -> KioskSettings:
    """Stored settings; what a later version of the service added has its default."""
    known = {one.name for one in fields(KioskSettings)}
    given = {name: value for name, value in document.items() if name in known}
    return KioskSettings(**given | ({"languages": tuple(given["languages"])} if "languages" in given else {}))


def change_settings(settings: KioskSettings, given: Mapping[str, Any]) -> KioskSettings:
    """``settings`` with what is ``given`` (by name; texts are read); Malformed with every problem together."""
    problems: list[dict[str, Any]] = []
    changed: dict[str, Any] = {}
    for name, value in given.items():
        try:
            changed[name] = _read(name, value)
        except ValueError as error:
            problems.append(
                {"field": name, "code": "unusable_value", "value": str(value)[:80], "expected": str(error)}
            )
    made = replace(settings, **changed)
    if made.language not in made.languages:
        expected = f"one of {', '.join(made.languages)}"
        problems.append(
            {"field": "language", "code": "unusable_value", "value": made.language, "expected": expected}
        )
    if problems:
        raise Malformed(
            "malformed_configuration",
            "Cấu hình chưa dùng được; xem từng mục",
            "The configuration cannot be used; see each entry",
            problems,
        )
    return made


def _read(name: str, value: Any) -> Any:
    if name in ALLOWED:
        if value not in ALLOWED[name]:
            raise ValueError(f"one of {', '.join(ALLOWED[name])}")
        return value
    if name in RANGES:
        return _read_number(name, value)
    if name == "languages":
        return _read_languages(value)
    if name == "opening_hours":
        return read_hours(value) if isinstance(value, str) else read_hours(write_hours(value))
    if name in ("speech", "asks_procedure"):
        if value not in (True, False, "true", "false"):
            raise ValueError("true or false")
        return value in (True, "true")
    if name == "form_version":
        return value or None
    if name == "form" and isinstance(value, str) and value:
        return value
    raise ValueError(f"a setting, of {', '.join(one.name for one in fields(KioskSettings))}")


def _read_number(name: str, value: Any) -> int | float:
    low, high = RANGES[name]
    kind = type(getattr(KioskSettings(), name))
    try:
        number: int | float = kind(str(value).replace(",", "."))
    except ValueError:
        number = high + 1
    if not low <= number <= high:
        raise ValueError(f"a number from {low:g} to {high:g}")
    return number


def _read_languages(value: Any) -> tuple[str, ...]:
    given = tuple(value.split(",")) if isinstance(value, str) else tuple(value)
    if not given or set(given) - set(LANGUAGES) or len(set(given)) < len(given):
        raise ValueError(f"languages of {', '.join(LANGUAGES)}, each once")
    return given


def read_hours(text: str) -> dict[str, list[list[str]]]:
    """Hours as they are written: ``mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30``. Empty: always open."""
    expected = "hours such as mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30"
    hours: dict[str, list[list[str]]] = {}
    for part in filter(None, (part.strip().lower() for part in text.split(";"))):
        days, *spans = part.replace("–", "-").split()
        found = _DAY_OF_HOURS.fullmatch(days)
        if not found or not spans or found["from"] not in DAYS or (found["to"] or found["from"]) not in DAYS:
            raise ValueError(expected)
        first, last = DAYS.index(found["from"]), DAYS.index(found["to"] or found["from"])
        read = [span.split("-") for span in spans]
        if first > last or not all(_is_span(span) for span in read) or _overlap(read):
            raise ValueError(expected)
        hours |= {day: [list(span) for span in read] for day in DAYS[first : last + 1]}
    return hours


def write_hours(hours: Mapping[str, list[list[str]]]) -> str:
    """``hours`` as ``read_hours`` reads them, days alike in a row together."""
    written = [" ".join("-".join(span) for span in hours.get(day, ())) for day in DAYS]
    parts = []
    for spans, alike in groupby(range(len(DAYS)), key=lambda number: written[number]):
        days = [DAYS[number] for number in alike]
        if spans:
            parts.append(f"{days[0]}-{days[-1]} {spans}" if len(days) > 1 else f"{days[0]} {spans}")
    return "; ".join(parts)


def _is_span(span: list[str]) -> bool:
    return len(span) == 2 and all(_TIME.fullmatch(time) for time in span) and span[0] < span[1]


def _overlap(spans: list[list[str]]) -> bool:
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))
