"""Tables of figures for paper and screen: HTML, Markdown, CSV; n and interval in every row, notes under it."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import polars as pl

from analysis.errors import ReportError
from analysis.release.cells import guard_text
from analysis.reports.look import Look
from analysis.reports.reading import INTERVAL, check_figures, flag, is_demonstration, read_confidence
from analysis.reports.table_page import FONTS, TABLE_PAGE, write_css_text

MODELLED, WITHHELD = "*", "**"
FILLING = "\u2007"  # a blank as wide as a digit: decimal commas stand under each other
ENDINGS = (".html", ".md", ".csv")


@dataclass(frozen=True)
class Row:
    """One printed line: the words in front, figure, interval, n, and the numbers of its notes."""

    words: tuple[str, ...]
    figure: str
    interval: str
    n: str
    notes: tuple[int, ...]


@dataclass(frozen=True)
class PrintedTable:
    """``heads`` of the columns, ``rows``, and what stands under them: ``marks``, notes of all rows (``shared``)
    and numbered ``notes``."""

    title: str
    subtitle: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    marks: tuple[str, ...]
    notes: tuple[str, ...]
    look: Look
    shared: tuple[str, ...] = ()

    def html(self) -> str:
        """A page of its own that prints on A4: heads on every sheet, no row torn, nothing fetched."""
        head = "".join(
            f'<th scope="col"{self._class(place)}>{escape(word)}</th>' for place, word in enumerate(self.heads)
        )
        body = "\n".join(self._html_row(row) for row in self.rows)
        under = "".join(f"<p>{escape(line)}</p>" for line in (*self.marks, *self._tell_shared()))
        numbered = "".join(f'<li id="note-{k}">{escape(note)}</li>' for k, note in enumerate(self.notes, start=1))
        return TABLE_PAGE.substitute(
            language=self.look.language,
            title=escape(self.title),
            foot=write_css_text(self.title),
            fonts=FONTS,
            subtitle=escape(self.subtitle),
            head=head,
            body=body,
            under=under + (f"<ol>{numbered}</ol>" if numbered else ""),
        )

    def markdown(self) -> str:
        """The table as Markdown, for reports and chats."""
        lines = [f"**{_plain(self.title)}**", "", _plain(self.subtitle), ""]
        lines.append("| " + " | ".join(_plain(word) for word in self.heads) + " |")
        lines.append(
            "|" + "|".join("---" if k < len(self.heads) - 3 else "---:" for k in range(len(self.heads))) + "|"
        )
        for row in self.rows:
            cells = [*row.words, row.figure, row.interval, row.n]
            noted = "".join(f" [{number}]" for number in row.notes)
            cells[len(row.words) - 1] += noted
            lines.append("| " + " | ".join(_plain(cell) for cell in cells) + " |")
        under = [
            *self.marks,
            *self._tell_shared(),
            *(f"[{k}] {note}" for k, note in enumerate(self.notes, start=1)),
        ]
        return "\n".join([*lines, "", *(f"{_plain(line)}  " for line in under)]) + "\n"

    def csv(self) -> str:
        """The printed figures as CSV, notes written out in a last column; exact figures are in the release."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*self.heads, self.look.say("Ghi chú", "Note")])
        for row in self.rows:
            noted = " | ".join([*self.shared, *(self.notes[number - 1] for number in row.notes)])
            cells = [*row.words, row.figure, row.interval, row.n, noted]
            writer.writerow([cell.replace(FILLING, "") for cell in cells])
        return out.getvalue()

    def save(self, path: str | Path) -> Path:
        """Writes .html, .md or .csv, by the ending; an existing file is replaced."""
        file = Path(path)
        if file.suffix not in ENDINGS:
            raise ReportError(
                [f"{file.name}: không ghi được tệp {file.suffix!r} / cannot write a {file.suffix!r} file"],
                f"Đặt tên tệp có đuôi {', '.join(ENDINGS)} / End the name with one of these.",
            )
        text = {".html": self.html, ".md": self.markdown, ".csv": self.csv}[file.suffix]()
        # spreadsheets take a CSV without this mark for Latin letters, and break the Vietnamese ones
        file.write_text(text, encoding="utf-8-sig" if file.suffix == ".csv" else "utf-8")
        return file

    def _repr_html_(self) -> str:
        return self.html()

    def _tell_shared(self) -> list[str]:
        return [self.look.say("Mọi dòng: ", "All rows: ") + note for note in self.shared]

    def _class(self, place: int) -> str:
        return ' class="number"' if place >= len(self.heads) - 3 else ""

    def _html_row(self, row: Row) -> str:
        noted = "".join(f'<sup><a href="#note-{number}">{number}</a></sup>' for number in row.notes)
        *front, last = row.words
        words = [*(escape(word) for word in front), escape(last) + noted]
        cells = f'<th scope="row">{words[0]}</th>' + "".join(f"<td>{word}</td>" for word in words[1:])
        # the mark hangs outside, so that it does not push the decimal comma out of line
        figure = escape(row.figure)
        if row.figure.endswith(MODELLED) and row.figure != WITHHELD:
            figure = escape(row.figure[: -len(MODELLED)]) + f'<span class="mark">{MODELLED}</span>'
        numbers = "".join(f'<td class="number">{cell}</td>' for cell in (figure, row.interval, row.n))
        return f"<tr>{cells}{numbers}</tr>"


def print_table(
    frame: pl.DataFrame,
    *,
    labels: Mapping[str, str],
    title: str,
    figure: str | None = None,
    note: str = "note",
    look: Look | None = None,
) -> PrintedTable:
    """A table to be printed: words, figure, interval, n; what the note column says is numbered under it.

    Parameters
    ----------
    frame
        Estimates as the estimators, small-area models or a release return them, in the order to be printed: needs
        estimate, low, high, n, confidence; ``modelled`` and ``suppressed`` (Boolean) are marked if there.
    labels
        Columns of the words in front → their heads, such as {"unit_name": "Đơn vị"}.
    figure
        Head of the figures; None: "Ước lượng".
    note
        Column of notes; parts joined by " | " are told apart. Not needed.

    Returns
    -------
    PrintedTable
        ``*`` behind a modelled figure, ``**`` in place of a withheld one, "—" where there is none.

    Raises
    ------
    ReportError
        No n, no interval, two levels of confidence in one table.

    Notes
    -----
    Printed figures are rounded half up: nobody should compute with them.

    References
    ----------
    METHODS 21.10, 6.

    Examples
    --------
    >>> units = pl.DataFrame({"unit": ["Xã A", "Xã B"], "estimate": [91.25, None], "low": [88.0, None],
    ...     "high": [100.0, None], "n": [310, None], "confidence": 0.95, "suppressed": [False, True]})
    >>> table = print_table(units, labels={"unit": "Đơn vị"}, title="Mức độ hài lòng")
    >>> [(row.figure, row.interval.strip(), row.n) for row in table.rows]
    [('91,3', '88,0 – 100,0', '310'), ('**', '', '')]
    """
    look = look or Look()
    if not isinstance(labels, Mapping) or not labels:
        raise ReportError(
            [f"labels is {labels!r}"], "Name columns and their heads, such as {'unit_name': 'Đơn vị'}."
        )
    # Parts of a label may be empty: all units together have none.
    check_figures(frame, labels=[], numbers=INTERVAL, unique=False)
    if absent := [c for c in labels if c not in frame.columns]:
        raise ReportError([f"column {c!r} is missing" for c in absent], "Name columns of the frame.")
    frame = guard_text(frame)
    modelled, withheld = flag(frame, "modelled"), flag(frame, "suppressed")
    noted = [_read_notes(each) for each in frame[note]] if note in frame.columns else [[] for _ in modelled]
    # a number on every line tells nothing: said once for all
    shared = [each for each in noted[0] if len(noted) > 1 and all(each in notes for notes in noted)]
    told: dict[str, int] = {}
    wide = max((len(look.bare(v)) for c in ("low", "high") for v in frame[c].drop_nulls().to_list()), default=0)
    rows = []
    for row, notes, is_model, is_withheld in zip(
        frame.iter_rows(named=True), noted, modelled, withheld, strict=True
    ):
        own = [each for each in notes if each not in shared]
        numbers = tuple(sorted(told.setdefault(each, len(told) + 1) for each in own))
        words = tuple("" if row[c] is None else str(row[c]) for c in labels)
        rows.append(_print_row(row, words, numbers, look, wide, is_model=is_model, is_withheld=is_withheld))
    sure = look.sure(read_confidence(frame))
    subtitle = f"{look.counts(frame['n'].drop_nulls().to_list())}; " + look.say(
        f"khoảng tin cậy {sure}", f"{sure} confidence intervals"
    )
    if is_demonstration(frame):
        subtitle = look.say("SỐ LIỆU TRÌNH DIỄN, KHÔNG CÓ THẬT; ", "DEMONSTRATION DATA, NOT REAL; ") + subtitle
    heads = (
        *labels.values(),
        (figure or look.say("Ước lượng", "Estimate")) + (f" ({look.ending})" if look.ending else ""),
        look.say(f"Khoảng {sure}", f"{sure} interval"),
        "n",
    )
    return PrintedTable(
        title,
        subtitle,
        heads,
        tuple(rows),
        _marks(rows, modelled, withheld, look),
        tuple(told),
        look,
        tuple(shared),
    )


def _print_row(
    row: dict[str, object],
    words: tuple[str, ...],
    notes: tuple[int, ...],
    look: Look,
    wide: int,
    *,
    is_model: bool,
    is_withheld: bool,
) -> Row:
    n = "" if row["n"] is None else look.count(float(str(row["n"])))
    if is_withheld:
        return Row(words, WITHHELD, "", n, notes)
    if row["estimate"] is None:
        return Row(words, "—", "", n, notes)
    star = MODELLED if is_model else ""
    low, high = row["low"], row["high"]
    interval = look.say("không có khoảng", "no interval")
    if low is not None and high is not None:
        interval = " – ".join(look.bare(float(str(end))).rjust(wide, FILLING) for end in (low, high))
    return Row(words, look.bare(float(str(row["estimate"]))) + star, interval, n, notes)


def _marks(rows: Sequence[Row], modelled: Sequence[bool], withheld: Sequence[bool], look: Look) -> tuple[str, ...]:
    said = [
        (
            any(modelled),
            look.say(
                f"{MODELLED} Số theo mô hình, không chỉ từ phiếu của đơn vị.", f"{MODELLED} Modelled figure."
            ),
        ),
        (
            any(withheld),
            look.say(
                f"{WITHHELD} Không công bố: ít phiếu, hoặc để không suy ra được ô khác.",
                f"{WITHHELD} Withheld: few responses, or to protect another cell.",
            ),
        ),
        (any(row.figure == "—" for row in rows), look.say("— Chưa có số.", "— No figure.")),
        (look.source is not None, look.say("Nguồn: ", "Source: ") + (look.source or "")),
    ]
    return tuple(text for holds, text in said if holds)


def _read_notes(note: object) -> list[str]:
    return [part for part in str(note).split(" | ") if part] if note else []


def _plain(text: str) -> str:
    return text.replace(FILLING, "").replace("|", "\\|").replace("*", "\\*")
