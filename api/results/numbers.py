"""Numbers and months as people write them, in Vietnamese and in English."""

from decimal import ROUND_HALF_UP, Decimal

NO_BREAK = "\u00a0"
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def write_points(rounded: str, lang: str, *, unit: str) -> str:
    """``83.94`` as ``83,94 %`` (vi) or ``83.94%`` (en); ``unit`` empty for a mean on 0-100."""
    if lang == "vi":
        return rounded.replace(".", ",") + (NO_BREAK + unit if unit else "")
    return rounded + unit


def write_interval(low: str, high: str, lang: str) -> str:
    """Both ends, with an en dash between."""
    return f"{write_points(low, lang, unit='')}–{write_points(high, lang, unit='')}"


def write_count(count: int, lang: str) -> str:
    """Thousands apart: ``1.033`` (vi) or ``1,033`` (en)."""
    apart = f"{count:,}"
    return apart.replace(",", ".") if lang == "vi" else apart


def write_percent(percent: float, lang: str, *, decimals: int = 1) -> str:
    """Per cent with so many decimals, half up; ``decimals=1`` writes 4.25 as ``4,3 %``."""
    step = Decimal(1).scaleb(-decimals)
    return write_points(str(Decimal(repr(percent)).quantize(step, ROUND_HALF_UP)), lang, unit="%")


def write_month(month: str, lang: str) -> str:
    """``2026-10`` as ``tháng 10/2026`` or ``October 2026``."""
    year, number = month.split("-")
    return f"tháng {int(number)}/{year}" if lang == "vi" else f"{_MONTHS[int(number) - 1]} {year}"
