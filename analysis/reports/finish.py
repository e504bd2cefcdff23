"""What every picture gets: title, the line with n and confidence, footnotes, words for those who cannot see it."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analysis.reports.altair_loading import load_altair
from analysis.reports.look import Look
from analysis.reports.palette import GRID, INK, QUIET
from analysis.reports.picture import Picture

# Named, not shipped: each has all Vietnamese letters, and one of them is on any machine. DejaVu stands before
# Arial: where Linux gives an old Liberation Sans for it, letters with two marks would come from another font.
# The converter brings a whole Liberation Sans of its own for machines without fonts.
FONTS = "'Noto Sans', 'Segoe UI', Roboto, 'DejaVu Sans', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
ABOVE, LINE, BELOW = 10.5, 7.6, 6.4  # pixels a letter takes in titles, subtitles and footnotes
LINE_LEGEND = 7.2  # and in legends


@dataclass(frozen=True)
class Told:
    """The words around a picture: ``title``, ``subtitle`` (n and confidence), ``notes`` under it, ``alt``."""

    title: str
    subtitle: Sequence[str]
    notes: Sequence[str]
    alt: str
    is_demonstration: bool = False


def finish_picture(chart: Any, told: Told, table: pl.DataFrame, look: Look) -> Picture:
    """The picture with its words and the look all share. METHODS 21.1."""
    alt = load_altair()
    invented = look.say("SỐ LIỆU TRÌNH DIỄN, KHÔNG CÓ THẬT", "DEMONSTRATION DATA, NOT REAL")
    subtitle = ([invented] if told.is_demonstration else []) + list(told.subtitle)
    notes = [*told.notes, *([look.say("Nguồn: ", "Source: ") + look.source] if look.source else [])]
    above = alt.TitleParams(
        text=_wrap([told.title], look.width + 120, ABOVE),
        subtitle=_wrap(subtitle, look.width + 120, LINE),
        anchor="start",
        frame="group",
        fontSize=17,
        subtitleFontSize=13,
        subtitleColor=QUIET,
        color=INK,
        offset=14,
        subtitlePadding=5,
        lineHeight=21,
        subtitleLineHeight=18,
    )
    below = alt.TitleParams(
        text=_wrap(notes, look.width + 120, BELOW) or [" "],
        orient="bottom",
        anchor="start",
        frame="group",
        fontSize=11,
        fontWeight="normal",
        color=QUIET,
        offset=12,
        lineHeight=15,
    )
    said = f"{told.alt} {' '.join(subtitle)}"
    whole = (
        alt.concat(chart.properties(title=above))
        .resolve_scale(color="independent", shape="independent")
        .properties(title=below, description=f"{told.title}. {said}", background="#ffffff", padding=14)
        .configure(font=FONTS)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            titleColor=QUIET,
            labelColor=INK,
            labelLimit=320,
            gridColor=GRID,
            domainColor="#9aa1ac",
            tickColor="#9aa1ac",
            titlePadding=10,
        )
        .configure_legend(
            labelFontSize=12,
            titleFontSize=12,
            labelLimit=420,
            symbolSize=90,
            symbolOpacity=1,
            labelColor=INK,
            orient="top",
            offset=24,
        )
        .configure_concat(spacing=0)
    )
    return Picture(whole.to_dict(), told.title, said, table, look)


def say_shape(look: Look, ns: Sequence[float], confidence: float, units: int, words: tuple[str, str]) -> str:
    """n, how many rows and the confidence: the line no picture goes without. METHODS 21.1."""
    of = look.say(f"{look.count(units)} {words[0]}", f"{look.count(units)} {words[1]}")
    sure = look.say(f"khoảng tin cậy {look.sure(confidence)}", f"{look.sure(confidence)} confidence intervals")
    return f"{of}; {look.counts(ns)}; {sure}"


def say_marks(look: Look, *, modelled: bool, withheld: int, bare: int) -> list[str]:
    """What marks on the picture mean, and who is not on it. METHODS 21.1."""
    said = []
    if modelled:
        said.append(look.say("Dấu rỗng, có *: số theo mô hình.", "Open mark and *: modelled figure."))
    if bare:
        said.append(
            look.say(
                f"Dấu không có thanh: {bare} số không tính được khoảng tin cậy.",
                f"Marks without a bar: the interval cannot be computed ({bare}).",
            )
        )
    if withheld:
        said.append(
            look.say(
                f"{withheld} dòng không có số: ít phiếu nên không công bố, hoặc không có trả lời.",
                f"No figure: withheld for few responses, or nobody answered ({withheld}).",
            )
        )
    return said


def legend_columns(words: Sequence[str], width: float) -> int:
    """How many words of a legend stand beside each other in ``width`` pixels. METHODS 21.1."""
    for columns in range(len(words), 1, -1):
        widest = [max(len(word) for word in words[k::columns]) for k in range(columns)]
        if sum(40 + LINE_LEGEND * letters for letters in widest) <= width:
            return columns
    return 1


def axis_label(look: Look, digits: int = 0) -> str:
    """The Vega expression that writes a number of an axis in the report's format. METHODS 21.1."""
    return f"format(datum.value, ',.{digits}~f') + '{look.unit}'"


def frame_range(values: Sequence[float], look: Look, *, bounds: tuple[float, float] | None = None) -> list[float]:
    """A little more than the values, inside ``bounds``, as the axis runs. METHODS 21.1."""
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or abs(high) * 0.05 or 1.0
    ends = [low - room, high + room]
    if bounds is not None and low >= bounds[0] and high <= bounds[1]:
        ends = [max(ends[0], bounds[0]), min(ends[1], bounds[1])]
    return ends


def _wrap(lines: Sequence[str], width: float, letter: float) -> list[str]:
    """Lines no longer than ``width`` pixels; a number keeps its per cent sign."""
    kept = [line.replace(" %", "\u00a0%") for line in lines]
    parts = [part for line in kept for part in textwrap.wrap(line, max(30, int(width / letter)))]
    return [part.replace("\u00a0%", " %") for part in parts]
