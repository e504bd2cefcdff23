"""Stands, stickers and sheets with a QR code, as SVG in millimetres, ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from survey_forms.pages.printed.qr_code import draw_qr_code
from survey_forms.pages.printed.text_lines import fit_lines
from survey_forms.pages.strict_templates import open_templates

FOLDER = Path(__file__).parent / "templates"


class Layout(StrEnum):
    """What is printed."""

    STAND = "stand"  # A6, one code, to stand on a counter
    STICKER = "sticker"  # 70 × 37 mm, one code
    SHEET = "sheet"  # A4, 24 stickers of 70 × 37 mm, as label sheets have them


@dataclass(frozen=True)
class PrintedCode:
    """One code. ``address`` is what it opens, ``short`` what can be typed, the rest whose it is."""

    address: str
    short: str
    unit: str
    counter: str = ""
    code: str = ""  # to be typed beside ``short``, for a link that hides it


@dataclass(frozen=True)
class _Piece:
    """Words at their places."""

    width: float
    height: float
    lines: tuple[tuple[float, float, float, str, str], ...]  # x, baseline, size, weight, text
    qr_path: str
    qr_at: tuple[float, float]
    qr_scale: float


WORDS = {
    "vi": {
        "title": "Mời ông/bà cho ý kiến",
        "how": "Quét mã bằng máy ảnh điện thoại, hoặc gõ địa chỉ bên dưới. Khoảng 2 phút, không ghi tên.",
        "code": "Mã",
    },
    "en": {
        "title": "Tell us how it went",
        "how": "Scan with the camera of your phone, or type the address below. 2 minutes, no name.",
        "code": "Code",
    },
}
STICKER_MM, A4_MM, A6_MM = (70.0, 37.0), (210.0, 297.0), (105.0, 148.0)
COLUMNS, ROWS = 3, 8
SIDE_MM = (A4_MM[0] - COLUMNS * STICKER_MM[0]) / 2, (A4_MM[1] - ROWS * STICKER_MM[1]) / 2


def draw_sheets(layout: Layout, codes: Sequence[PrintedCode]) -> list[str]:
    """One SVG for each stand or sticker, or for each A4 sheet of 24 stickers."""
    if layout is Layout.STAND:
        return [_draw(A6_MM, [(0, 0, _place_stand(code))]) for code in codes]
    stickers = [_place_sticker(code) for code in codes]
    if layout is Layout.STICKER:
        return [_draw(STICKER_MM, [(0, 0, sticker)]) for sticker in stickers]
    on_sheet = COLUMNS * ROWS
    return [
        _draw(
            A4_MM,
            [
                (
                    SIDE_MM[0] + place % COLUMNS * STICKER_MM[0],
                    SIDE_MM[1] + place // COLUMNS * STICKER_MM[1],
                    sticker,
                )
                for place, sticker in enumerate(stickers[start : start + on_sheet])
            ],
        )
        for start in range(0, len(stickers), on_sheet)
    ]


def _place_stand(code: PrintedCode) -> _Piece:
    width, height = A6_MM
    middle, room = width / 2, width - 16
    lines: list[tuple[float, float, float, str, str]] = []
    y = 9.0
    for text, sizes, weight, most in (
        (WORDS["vi"]["title"], (8.0, 7.0), "700", 1),
        (WORDS["en"]["title"], (4.6,), "400", 1),
        (code.unit, (5.4, 4.6, 4.0), "600", 2),
        (code.counter, (5.0, 4.2), "400", 1),
    ):
        if text:
            size, broken = fit_lines(text, width=room, sizes=sizes, lines_max=most)
            for line in broken:
                y += size * 1.3
                lines.append((middle, y, size, weight, line))
    qr = draw_qr_code(code.address)
    foot = _foot_of(code, middle, room)
    below = height - 6 - sum(size * 1.35 for _, _, size, _, _ in foot)
    side = min(width - 24, below - y - 4)
    top = y + 2
    y = top + side
    for _, _, size, weight, line in foot:
        y += size * 1.35
        lines.append((middle, y, size, weight, line))
    return _Piece(width, height, tuple(lines), qr.path, ((width - side) / 2, top), side / qr.size)


def _foot_of(code: PrintedCode, middle: float, room: float) -> list[tuple[float, float, float, str, str]]:
    foot = []
    for text, sizes, weight, most in (
        (WORDS["vi"]["how"], (3.7,), "400", 3),
        (WORDS["en"]["how"], (3.2,), "400", 3),
        (code.short, (4.6, 4.0, 3.4, 2.8), "700", 2),
        (f"{WORDS['vi']['code']} / {WORDS['en']['code']}: {code.code}" if code.code else "", (3.4, 3.0), "700", 2),
    ):
        if text:
            size, broken = fit_lines(text, width=room, sizes=sizes, lines_max=most)
            foot += [(middle, 0.0, size, weight, line) for line in broken]
    return foot


def _place_sticker(code: PrintedCode) -> _Piece:
    """The code on the left, words on the right."""
    width, height = STICKER_MM
    side = height - 5
    left, room = side + 2, width - side - 4  # the code brings its white margin along
    lines: list[tuple[float, float, float, str, str]] = []
    y = 2.5
    for text, sizes, weight, most in (
        (WORDS["vi"]["title"], (3.4, 3.0, 2.7), "700", 1),
        (WORDS["en"]["title"], (2.5,), "400", 1),
        (code.unit, (2.7, 2.4), "600", 3),
        (code.counter, (2.5, 2.3), "400", 2),
        (code.short, (2.7, 2.4, 2.1, 1.8), "700", 2 if not code.counter else 1),
        (code.code, (2.0,), "700", 2),
    ):
        if text:
            size, broken = fit_lines(text, width=room, sizes=sizes, lines_max=most)
            for line in broken:
                y += size * 1.28
                lines.append((left, y, size, weight, line))
            y += 0.7
    qr = draw_qr_code(code.address)
    return _Piece(width, height, tuple(lines), qr.path, (1.0, 2.5), side / qr.size)


def _draw(size: tuple[float, float], pieces: Sequence[tuple[float, float, _Piece]]) -> str:
    template = open_templates(FOLDER).get_template("qr_sheet.svg")
    return template.render(width=size[0], height=size[1], pieces=pieces)
