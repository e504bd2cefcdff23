"""What a tablet wrote down by its code, in a sentence; and how long something lasted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

CATALOGUE = Path(__file__).with_name("troubles.yaml")
DETAIL_LETTERS = 120
SLEEP_SECONDS = 12 * 3600  # a longer jump forward is no night's sleep of a tablet
_SECONDS = re.compile(r"(-?\d+) s")


@dataclass(frozen=True)
class Told:
    """``is_wrong``: somebody should know; else it is only part of the story."""

    vi: str
    en: str
    is_wrong: bool


def tell_trouble(code: str, detail: str) -> Told:
    """The sentence for ``code``; one that no catalogue knows is told as it is."""
    jump = _SECONDS.fullmatch(detail)
    if code == "clock_jump" and jump:
        return _tell_jump(int(jump[1]))
    known = _load()
    families = (name for name in known if name.endswith("_") and code.startswith(name))
    words = known.get(code) or known.get(next(families, ""))
    if words is None:
        shown = f"{code} {detail}".strip()[:DETAIL_LETTERS]
        return Told(f"lỗi {shown}", f"error {shown}", True)
    shown = detail[:DETAIL_LETTERS]
    return Told(words["vi"].format(detail=shown), words["en"].format(detail=shown), bool(words.get("wrong", True)))


def write_span(seconds: int) -> tuple[str, str]:
    """``seconds`` in the largest unit that tells them, Vietnamese and English."""
    for size, vi, en in ((86_400, "ngày", "days"), (3600, "giờ", "hours"), (60, "phút", "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {vi}", f"{seconds // size} {en}"
    return f"{seconds} giây", f"{seconds} seconds"


def _tell_jump(seconds: int) -> Told:
    vi, en = write_span(abs(seconds))
    if seconds < 0:
        return Told(f"đồng hồ của máy bị lùi {vi}", f"its clock was set back {en}", True)
    if seconds <= SLEEP_SECONDS:
        return Told(f"máy ngủ, hoặc đồng hồ nhảy tới {vi}", f"it slept, or its clock jumped {en} ahead", False)
    return Told(f"đồng hồ của máy nhảy tới {vi}", f"its clock jumped {en} ahead", True)


@cache
def _load() -> Mapping[str, Mapping[str, str]]:
    catalogue: Mapping[str, Mapping[str, str]] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return catalogue
