"""One place of a file: takes the value out as the type that is wanted, or notes what is wrong."""

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from survey_forms.form import LANGUAGES, MORE_LANGUAGES, Text
from survey_forms.reading.source import Source

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
VERSION = re.compile(r"[0-9a-z]+(?:[.-][0-9a-z]+)*", re.ASCII)

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Field:
    """A value and where it stands. A method that cannot give what is wanted notes it and gives a harmless value,
    so that reading goes on and finds the rest; a form is only built when nothing was noted."""

    source: Source
    key: str
    value: object
    is_there: bool = True

    def fail(self, expected: str, got: str | None = None) -> None:
        """Note that something else was expected here; what is absent was noted by ``take`` if it is missed."""
        if self.is_there:
            self.source.report(self.key, expected, show(self.value) if got is None else got)

    def take(self, *, required: Collection[str], optional: Collection[str] = ()) -> dict[str, "Field"]:
        """The named keys of a mapping, each as a field; unknown and absent keys are noted."""
        if not isinstance(self.value, dict):
            self.fail("các khoá / keys: " + ", ".join(required))
        content = self.value if isinstance(self.value, dict) else {}
        known = (*required, *optional)
        for name in content:
            if name not in known:
                unknown = Field(self.source, self._inner(name), content[name])
                unknown.fail(f"một trong / one of {', '.join(known)}", f"khoá lạ / unknown key {name}")
        taken = {name: Field(self.source, self._inner(name), content.get(name), name in content) for name in known}
        for name in required:
            if name not in content and isinstance(self.value, dict):
                self.source.report(taken[name].key, "khoá bắt buộc / a required key", "không có / nothing")
        return taken

    def items(self, *, at_least: int = 0) -> list["Field"]:
        """The entries of a list."""
        if not self.is_there:
            return []
        if not isinstance(self.value, list):
            self.fail("một danh sách / a list")
            return []
        if len(self.value) < at_least:
            self.fail(f"ít nhất {at_least} mục / at least {at_least} entries", f"{len(self.value)}")
        return [Field(self.source, f"{self.key}[{at}]", entry) for at, entry in enumerate(self.value)]

    def pairs(self) -> Iterator[tuple[str, "Field"]]:
        """The keys of a mapping whatever their names, each with its field."""
        if not isinstance(self.value, dict):
            self.fail("các khoá có tên / named keys")
            return
        for name, entry in self.value.items():
            yield name, Field(self.source, self._inner(name), entry)

    def word(self, pattern: re.Pattern[str] = IDENTIFIER) -> str:
        """An id; '' when it is none."""
        if isinstance(self.value, str) and pattern.fullmatch(self.value):
            return self.value
        self.fail(f"mã dạng / an id like {pattern.pattern}")
        return ""

    def string(self) -> str:
        """A text with at least one visible letter."""
        if isinstance(self.value, str) and self.value.strip() and "\0" not in self.value:
            return self.value.strip()
        self.fail("một chuỗi không rỗng / a text that is not empty")
        return ""

    def text(self) -> Text:
        """A wording in every language, and in those it may add."""
        taken = self.take(required=LANGUAGES, optional=MORE_LANGUAGES)
        return {name: entry.string() for name, entry in taken.items() if entry.is_there}

    def optional_text(self) -> Text | None:
        return self.text() if self.is_there and self.value is not None else None

    def boolean(self, default: bool = False) -> bool:
        if not self.is_there:
            return default
        if not isinstance(self.value, bool):
            self.fail("true hoặc / or false")
            return default
        return self.value

    def integer(self, *, minimum: int, maximum: int) -> int | None:
        """A whole number within bounds; None when absent or wrong."""
        if not self.is_there:
            return None
        if isinstance(self.value, int) and not isinstance(self.value, bool) and minimum <= self.value <= maximum:
            return self.value
        self.fail(f"số nguyên / a whole number {minimum}–{maximum}")
        return None

    def number(self) -> float | None:
        """A finite number; None when absent or wrong."""
        if not self.is_there:
            return None
        if isinstance(self.value, int | float) and not isinstance(self.value, bool) and math.isfinite(self.value):
            return float(self.value)
        self.fail("một số / a number")
        return None

    def day(self) -> date | None:
        """A date; None when absent, null or wrong."""
        if isinstance(self.value, date) and not isinstance(self.value, datetime):
            return self.value
        if self.is_there and self.value is not None:
            self.fail("ngày / a date YYYY-MM-DD")
        return None

    def choice(self, kind: type[Choice]) -> Choice | None:
        """A member of ``kind``; None when it is none."""
        words = [member.value for member in kind]
        if isinstance(self.value, str) and self.value in words:
            return kind(self.value)
        if self.is_there:
            self.fail(f"một trong / one of {', '.join(words)}")
        return None

    def _inner(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name


def show(value: object) -> str:
    """A value as an author recognises it, short."""
    if isinstance(value, dict):
        return "các khoá / keys " + ", ".join(list(value)[:5])
    if isinstance(value, list):
        return f"danh sách {len(value)} mục / a list of {len(value)}"
    return repr(value)[:60] if isinstance(value, str | None) else f"{str(value)[:40]} ({type(value).__name__})"
