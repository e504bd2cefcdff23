"""How figures are written in pictures and printed tables: language, unit, digits, dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.errors import ReportError
from analysis.rounding import format_vi

LANGUAGES = ("vi", "en")
NARROW, WIDE = 200, 1600


@dataclass(frozen=True)
class Look:
    """What is the same on every picture and table of a report; METHODS 21.1.

    Parameters
    ----------
    language
        ``vi`` (83,94 %, 12.394) or ``en`` (83.94 %, 12,394). Days are 20/11/2026 in both.
    ending
        What stands behind a figure: ``%``, ``điểm``, or nothing.
    factor
        What figures are multiplied by before they are shown: 100 for shares of 0-1.
    digits
        Decimals, half up.
    width
        Of the plot in pixels, without names and margins.
    source
        Whose figures these are; stands under the picture or table.

    Examples
    --------
    >>> Look(digits=2).show(83.94), Look(language="en", digits=2).show(83.94)
    ('83,94 %', '83.94 %')
    """

    language: str = "vi"
    ending: str = "%"
    factor: float = 1.0
    digits: int = 1
    width: int = 560
    source: str | None = None

    def __post_init__(self) -> None:
        claims = [
            (self.language in LANGUAGES, f"language is {self.language!r}, known: {', '.join(LANGUAGES)}"),
            (self.digits in range(7), f"digits is {self.digits!r}, 0 to 6"),
            (self.factor > 0, f"factor is {self.factor!r}, must be above 0"),
            (NARROW <= self.width <= WIDE, f"width is {self.width!r}, {NARROW} to {WIDE} pixels"),
        ]
        if problems := [text for holds, text in claims if not holds]:
            raise ReportError(problems, "Chọn lại cách trình bày / Choose another look.")

    @property
    def unit(self) -> str:
        return f" {self.ending}" if self.ending else ""

    def say(self, vi: str, en: str) -> str:
        """The words of the language of the report."""
        return vi if self.language == "vi" else en

    def bare(self, value: float, digits: int | None = None) -> str:
        """The figure without its unit, multiplied by ``factor``."""
        return self.write(self.factor * value, self.digits if digits is None else digits)

    def show(self, value: float) -> str:
        """The figure with its unit."""
        return self.bare(value) + self.unit

    def span(self, low: float | None, high: float | None) -> str:
        """An interval, or that there is none."""
        if low is None or high is None:
            return self.say("không có khoảng", "no interval")
        return f"{self.bare(low)}–{self.bare(high)}{self.unit}"

    def figure(self, estimate: float, low: float | None, high: float | None) -> str:
        """A figure is never written without its interval."""
        return f"{self.show(estimate)} ({self.span(low, high)})"

    def count(self, n: float) -> str:
        return self.write(n, 0)

    def counts(self, ns: Sequence[float]) -> str:
        """n of one or of several figures: "n = 12" or "n = 12–1.204"."""
        known = [n for n in ns if n is not None]
        if not known:
            return self.say("n không công bố", "n not published")
        low, high = min(known), max(known)
        return f"n = {self.count(low)}" + ("" if low == high else f"–{self.count(high)}")

    def sure(self, confidence: float) -> str:
        """The confidence of an interval: 95 %, 99,9 %."""
        digits = 0 if round(100 * confidence, 6).is_integer() else 1 if confidence < 0.999 else 2
        return f"{self.write(100 * confidence, digits)} %"

    def day(self, day: date) -> str:
        return day.strftime("%d/%m/%Y")

    def write(self, value: float, digits: int) -> str:
        written = format_vi(float(value), digits)
        return written if self.language == "vi" else written.translate(str.maketrans(",.", ".,"))
