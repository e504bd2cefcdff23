"""A QR code as one SVG path, in modules of one unit."""

from dataclasses import dataclass

import segno

QUIET = 4  # modules of white around, as ISO/IEC 18004 wants


@dataclass(frozen=True)
class QrCode:
    """``path`` draws the dark modules; ``size`` is the side in modules, the white margin with it."""

    path: str
    size: int


def draw_qr_code(content: str) -> QrCode:
    """``content`` as a code that can still be read when up to 15 % of it is dirty or torn.

    >>> draw_qr_code("https://khaosat.example.vn/q/Q1").size
    33
    """
    matrix = segno.make(content, error="m", micro=False, boost_error=True).matrix
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start + QUIET} {y + QUIET}h{x - start}v1h-{x - start}z")
            x += 1
    return QrCode("".join(runs), len(matrix) + 2 * QUIET)
