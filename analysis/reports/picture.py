"""A drawn picture: as SVG, PNG or a page of its own, the same everywhere and without network."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from analysis.errors import ReportError
from analysis.reports.altair_loading import load_converter
from analysis.reports.look import Look
from analysis.reports.page import PAGE

NUMBERS = {
    "vi": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " ₫"], "minus": "-"},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", " ₫"], "minus": "-"},
}
DAYS = ["Chủ nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"]
SHORT_DAYS = ["CN", "T2", "T3", "T4", "T5", "T6", "T7"]
DATES = {
    "dateTime": "%H:%M %d/%m/%Y",
    "date": "%d/%m/%Y",
    "time": "%H:%M",
    "periods": ["SA", "CH"],
    "days": DAYS,
    "shortDays": SHORT_DAYS,
    "months": [f"tháng {month}" for month in range(1, 13)],
    "shortMonths": [f"th. {month}" for month in range(1, 13)],
}
ENDINGS = (".svg", ".png", ".html")


@dataclass(frozen=True, eq=False)
class Picture:
    """``spec`` (Vega-Lite), ``title``, ``alt`` (what it shows, in words) and ``table``: the figures as printed."""

    spec: Mapping[str, Any]
    title: str
    alt: str
    table: pl.DataFrame
    look: Look = field(default_factory=Look)

    def svg(self) -> str:
        """The picture as SVG text; title and description stand in it for readers of the screen."""
        drawn = load_converter().vegalite_to_svg(dict(self.spec), **self._locale())
        head, rest = str(drawn).split(">", 1)
        said = f"<title>{escape(self.title)}</title><desc>{escape(self.alt)}</desc>"
        label = escape(f"{self.title}. {self.alt}", quote=True)
        return f'{head} role="img" lang="{self.look.language}" aria-label="{label}">{said}{rest}'

    def png(self, scale: float = 2.0) -> bytes:
        """The picture as PNG; ``scale`` 2 is sharp on paper (144 dots per inch), 4 in a printed book."""
        return bytes(load_converter().vegalite_to_png(dict(self.spec), scale=scale, **self._locale()))

    def html(self) -> str:
        """A page of its own, about 1 MB: the picture with tooltips, its description, its figures as a table."""
        bundle = load_converter().javascript_bundle("window.hailongDraw = vegaEmbed;")
        words = self.look.say("Số liệu của hình", "Figures of the picture")
        blanks = {
            "language": self.look.language,
            "title": escape(self.title),
            "alt": escape(self.alt),
            "svg": self.svg(),
            "table": _write_table(self.table),
            "words": words,
            # "</script" inside a string would end the element
            "bundle": bundle.replace("</script", "<\\/script"),
            "given": json.dumps(
                {"spec": self.spec, "numbers": self._numbers, "dates": DATES}, ensure_ascii=False
            ).replace("<", "\\u003c"),
        }
        return PAGE.substitute(blanks)

    def save(self, path: str | Path) -> Path:
        """Writes .svg, .png or .html, by the ending; an existing file is replaced."""
        file = Path(path)
        if file.suffix not in ENDINGS:
            raise ReportError(
                [f"{file.name}: không vẽ được tệp {file.suffix!r} / cannot draw a {file.suffix!r} file"],
                f"Đặt tên tệp có đuôi {', '.join(ENDINGS)} / End the name with one of these.",
            )
        if file.suffix == ".png":
            file.write_bytes(self.png())
        else:
            file.write_text(self.svg() if file.suffix == ".svg" else self.html(), encoding="utf-8")
        return file

    def _repr_svg_(self) -> str:
        return self._fitting_svg()

    def _mime_(self) -> tuple[str, str]:
        return "text/html", self._fitting_svg()

    def _fitting_svg(self) -> str:
        """For notebooks, whose columns would cut a wide picture, and with it n and intervals at its side."""
        head, rest = self.svg().split(">", 1)
        return f'{head} style="max-width: 100%; height: auto">{rest}'

    @property
    def _numbers(self) -> dict[str, Any]:
        return NUMBERS[self.look.language]

    def _locale(self) -> dict[str, Any]:
        return {"format_locale": self._numbers, "time_format_locale": DATES}


def _write_table(table: pl.DataFrame) -> str:
    def cells(row: tuple[object, ...], tag: str) -> str:
        return "".join(f"<{tag}>{escape('' if value is None else str(value))}</{tag}>" for value in row)

    head = cells(tuple(table.columns), 'th scope="col"').replace('</th scope="col">', "</th>")
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in table.iter_rows())
    return f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
